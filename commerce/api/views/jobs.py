"""Many at a time, in the background: bulk updates, one metadata for many, CSV files."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from commerce import import_kinds
from commerce.api.jobs import metadata_rows, sent_rows
from commerce.jobs import Job
from core.api.views import ProjectAPIView, actor_of
from integrations.api.serializers.async_actions import accepted_output
from integrations.api.uploads import receive_csv
from integrations.services import async_actions, imports


class _BulkView(ProjectAPIView):
    actions: ClassVar[dict[str, str]] = {"POST": "modify"}
    job: ClassVar[Job]

    def post(self, request: Request) -> Response:
        body, count = sent_rows(request.data)
        action = async_actions.create(
            type=self.job, body=body, rows_count=count, actor=actor_of(request), now=self.now
        )
        return Response(accepted_output(action), status=202)


class _MetadataView(ProjectAPIView):
    actions: ClassVar[dict[str, str]] = {"POST": "modify"}
    job: ClassVar[Job]

    def post(self, request: Request) -> Response:
        body, count, params = metadata_rows(request.data)
        action = async_actions.create(
            type=self.job,
            body=body,
            rows_count=count,
            params=params,
            actor=actor_of(request),
            now=self.now,
        )
        return Response(accepted_output(action), status=202)


class _CsvView(ProjectAPIView):
    parser_classes = (MultiPartParser,)
    kind: ClassVar[str]
    accepted: ClassVar[int] = 202

    def post(self, request: Request) -> Response:
        file = receive_csv(request, kind=self.kind, now=self.now)
        begun = imports.run(file_id=file.pk, actor=actor_of(request), now=self.now, is_forced=True)
        return Response(accepted_output(imports.job_of(begun)), status=self.accepted)


class CustomersBulkView(_BulkView):
    """`POST /v1/customers/bulk/async`."""

    resource = "customers"
    job = Job.CUSTOMERS_BULK_UPDATE


class CustomersMetadataView(_MetadataView):
    """`POST /v1/customers/metadata/async`."""

    resource = "customers"
    job = Job.CUSTOMERS_METADATA_UPDATE


class CustomersCsvView(_CsvView):
    """`POST /v1/customers/importCSV`."""

    resource = "customers"
    kind = import_kinds.CUSTOMERS


class ProductsBulkView(_BulkView):
    """`POST /v1/products/bulk/async`."""

    resource = "products"
    job = Job.PRODUCTS_BULK_UPDATE


class ProductsMetadataView(_MetadataView):
    """`POST /v1/products/metadata/async`."""

    resource = "products"
    job = Job.PRODUCTS_METADATA_UPDATE


class ProductsCsvView(_CsvView):
    """`POST /v1/products/importCSV`: answered with 200, as the contract has it."""

    resource = "products"
    kind = import_kinds.PRODUCTS
    accepted = 200


class SkusCsvView(_CsvView):
    """`POST /v1/skus/importCSV`: answered with 200, as the contract has it."""

    resource = "products"
    kind = import_kinds.SKUS
    accepted = 200
