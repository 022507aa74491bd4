"""Customers: many at a time, in the background."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.jobs import metadata_rows, sent_rows
from commerce.jobs import Job
from core.api.views import ProjectAPIView, actor_of
from integrations.api.serializers.async_actions import accepted_output
from integrations.api.uploads import csv_upload
from integrations.services import async_actions


class CustomersBulkView(ProjectAPIView):
    """`POST /v1/customers/bulk/async`."""

    resource = "customers"
    actions: ClassVar[dict[str, str]] = {"POST": "modify"}

    def post(self, request: Request) -> Response:
        body, count = sent_rows(request.data)
        action = async_actions.create(
            type=Job.CUSTOMERS_BULK_UPDATE, body=body, rows_count=count, actor=actor_of(request), now=self.now
        )
        return Response(accepted_output(action), status=202)


class CustomersMetadataView(ProjectAPIView):
    """`POST /v1/customers/metadata/async`."""

    resource = "customers"
    actions: ClassVar[dict[str, str]] = {"POST": "modify"}

    def post(self, request: Request) -> Response:
        body, count, params = metadata_rows(request.data)
        action = async_actions.create(
            type=Job.CUSTOMERS_METADATA_UPDATE,
            body=body,
            rows_count=count,
            params=params,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(accepted_output(action), status=202)


class CustomersCsvView(ProjectAPIView):
    """`POST /v1/customers/importCSV`."""

    resource = "customers"
    parser_classes = (MultiPartParser,)

    def post(self, request: Request) -> Response:
        body, count = csv_upload(request)
        action = async_actions.create(
            type=Job.CUSTOMERS_IMPORT_CSV, body=body, rows_count=count, actor=actor_of(request), now=self.now
        )
        return Response(accepted_output(action), status=202)
