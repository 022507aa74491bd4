"""Products and SKUs: many at a time, in the background."""

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


class ProductsBulkView(ProjectAPIView):
    """`POST /v1/products/bulk/async`."""

    resource = "products"
    actions: ClassVar[dict[str, str]] = {"POST": "modify"}

    def post(self, request: Request) -> Response:
        body, count = sent_rows(request.data)
        action = async_actions.create(
            type=Job.PRODUCTS_BULK_UPDATE, body=body, rows_count=count, actor=actor_of(request), now=self.now
        )
        return Response(accepted_output(action), status=202)


class ProductsMetadataView(ProjectAPIView):
    """`POST /v1/products/metadata/async`."""

    resource = "products"
    actions: ClassVar[dict[str, str]] = {"POST": "modify"}

    def post(self, request: Request) -> Response:
        body, count, params = metadata_rows(request.data)
        action = async_actions.create(
            type=Job.PRODUCTS_METADATA_UPDATE,
            body=body,
            rows_count=count,
            params=params,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(accepted_output(action), status=202)


class _CsvView(ProjectAPIView):
    """A CSV file of articles: answered with 200, as the contract has it."""

    resource = "products"
    parser_classes = (MultiPartParser,)
    job: ClassVar[Job]

    def post(self, request: Request) -> Response:
        body, count = csv_upload(request)
        action = async_actions.create(
            type=self.job, body=body, rows_count=count, actor=actor_of(request), now=self.now
        )
        return Response(accepted_output(action))


class ProductsCsvView(_CsvView):
    """`POST /v1/products/importCSV`."""

    job = Job.PRODUCTS_IMPORT_CSV


class SkusCsvView(_CsvView):
    """`POST /v1/skus/importCSV`."""

    job = Job.SKUS_IMPORT_CSV
