"""What commerce's background jobs do with a slice of rows; registered with `integrations.registry`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from commerce import csv_rows, import_kinds
from commerce.api.quick import parse_row
from commerce.api.serializers.customers import BulkCustomerInput
from commerce.api.serializers.orders import OrderPayload, order_spec
from commerce.api.serializers.products import BulkProductInput, SkuRowInput
from commerce.jobs import Job
from commerce.models import Product
from commerce.selectors import catalogue
from commerce.services import customer_files, customers, orders, products, skus
from commerce.services.bulk import BulkResult
from commerce.services.catalogue_specs import ArticleSpec
from commerce.services.customer_specs import CustomerSpec
from core.actors import Actor
from core.api.exceptions import to_domain_error
from core.api.fields import parse
from core.errors import DomainError
from core.services import metadata_schemas
from integrations import import_registry, registry
from integrations.imports import of_file
from integrations.registry import JobType, Made, Report, Row, RowFailure, SliceResult

# One transaction and one message: a second or so of work.
BULK_SLICE: Final = 5000
FILE_SLICE: Final = 10_000


def register() -> None:
    """Tell `integrations` what can be done in bulk."""
    for job_type in JOB_TYPES:
        registry.register(job_type)
    import_registry.register(*import_kinds.KINDS)


def update_customers(
    rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """Merge customers by `source_id`; those that are missing are created."""
    read = _Read(rows, lambda value: CustomerSpec.from_payload(parse_row(BulkCustomerInput, value)))
    return read.result(customers.bulk_upsert(specs=read.specs, actor=actor, now=now))


def update_customer_metadata(
    rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """The same metadata for every `source_id`; those that are missing are created."""
    metadata = params["metadata"]
    read = _Read(rows, lambda value: CustomerSpec(source_id=value, metadata=metadata))
    return read.result(customers.bulk_upsert(specs=read.specs, actor=actor, now=now))


def import_customers(
    rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """Overwrite customers by `id` or `source_id` with what stands in the file."""
    types = _types("customer")
    read = _Read(rows, lambda value: csv_rows.customer(value, types))
    return read.result(customer_files.overwrite(specs=read.specs, actor=actor, now=now))


def update_products(
    rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """Merge products by `source_id`; those that are missing are created."""
    read = _Read(rows, lambda value: ArticleSpec.product(parse_row(BulkProductInput, value)))
    return read.result(products.bulk_upsert(specs=read.specs, actor=actor, now=now))


def update_product_metadata(
    rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """The same metadata for every `source_id`; those that are missing are created."""
    metadata = params["metadata"]
    read = _Read(rows, lambda value: ArticleSpec(source_id=value, metadata=metadata))
    return read.result(products.bulk_upsert(specs=read.specs, actor=actor, now=now))


def import_products(
    rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """New products as they stand in the file. Of those that are stored only the name is updated, as the
    contract has it; a person who sent a file means all of it (`is_whole`).
    """
    types = _types("product")
    read = _Read(rows, lambda value: csv_rows.product(value, types))
    specs = read.specs
    if not params.get("is_whole"):
        names = [spec.source_id for spec in specs if spec.source_id]
        stored = set(Product.objects.filter(source_id__in=names).values_list("source_id", flat=True))
        specs = [csv_rows.only_name(spec) if spec.source_id in stored else spec for spec in specs]
    return read.result(products.bulk_upsert(specs=specs, actor=actor, now=now))


def import_skus(rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime) -> SliceResult:
    """SKUs of stored products, one by one: a bad one leaves no trace."""
    types = _types("product")

    def write(value: Any) -> None:
        if params.get("is_csv"):
            reference, spec = csv_rows.sku(value, types)
        else:
            given = parse(SkuRowInput, value)
            reference, spec = given["product_id"], ArticleSpec.sku(given)
        product = catalogue.product_by_reference(reference)
        csv_rows.check_attributes(product, spec)
        skus.upsert(product_id=product.pk, spec=spec, actor=actor, now=now)

    return _one_by_one(rows, write)


def import_orders(rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime) -> SliceResult:
    """Past orders, one by one: a bad one leaves no trace."""
    types = _types("order")

    def write(value: Any) -> None:
        payload = csv_rows.order(value, types) if params.get("is_csv") else value
        orders.import_one(spec=order_spec(parse(OrderPayload, payload)), actor=actor, now=now)

    return _one_by_one(rows, write)


def _types(resource: str) -> csv_rows.Types:
    """What the schema says of which type the metadata of a file are."""
    schema = metadata_schemas.rulebook(resource=resource).own
    return {} if schema is None else schema.properties


class _Read[Spec]:
    """Rows turned into specs, and the rows that could not be."""

    def __init__(self, rows: Sequence[Row], to_spec: Callable[[Any], Spec]) -> None:
        self.specs: list[Spec] = []
        self._rows: list[Row] = []
        self._failures: list[RowFailure] = []
        for row in rows:
            try:
                spec = to_spec(row.value)
            except Exception as error:  # refusals are reported, everything else is raised again
                self._failures.append(_failure(row, error))
            else:
                self.specs.append(spec)
                self._rows.append(row)

    def result(self, written: BulkResult) -> SliceResult:
        """The outcome of the slice, failures in the order of the rows."""
        rejected = [
            RowFailure(row=self._rows[r.index].number, name=r.source_id, key=r.key, reason=r.reason)
            for r in written.rejected
        ]
        failures = sorted([*self._failures, *rejected], key=lambda failure: failure.row)
        return SliceResult(done=written.done, failures=failures)


def _one_by_one(rows: Sequence[Row], write: Callable[[Any], None]) -> SliceResult:
    failures = []
    for row in rows:
        try:
            with transaction.atomic():
                write(row.value)
        except Exception as error:  # refusals are reported, everything else is raised again
            failures.append(_failure(row, error))
    return SliceResult(done=len(rows) - len(failures), failures=failures)


def _failure(row: Row, error: Exception) -> RowFailure:
    refusal: DomainError | None = to_domain_error(error)
    if refusal is None or refusal.status >= 500:
        raise error
    name = csv_rows.name_of(row.value)
    return RowFailure(row=row.number, name=name, key=refusal.key, reason=refusal.details or refusal.message)


def _made(model: str, label: str) -> Callable[[Mapping[str, Any]], Made | None]:
    """The file with its report, or the list of what was changed."""
    everything = Made(label=label, page=f"admin:commerce_{model}_changelist")
    return lambda params: of_file(params) or everything


_CUSTOMERS: Final = _made("customer", "Customers")
_PRODUCTS: Final = _made("product", "Products")
JOB_TYPES = (
    JobType(
        name=Job.CUSTOMERS_BULK_UPDATE,
        handler=update_customers,
        label="Change of many customers",
        slice_size=BULK_SLICE,
        report=Report.BULK,
        made=_CUSTOMERS,
    ),
    JobType(
        name=Job.CUSTOMERS_METADATA_UPDATE,
        handler=update_customer_metadata,
        label="Metadata of many customers",
        slice_size=BULK_SLICE,
        report=Report.BULK,
        made=_CUSTOMERS,
    ),
    JobType(
        name=Job.CUSTOMERS_IMPORT_CSV,
        handler=import_customers,
        label="Import of customers",
        slice_size=FILE_SLICE,
        made=_CUSTOMERS,
    ),
    JobType(
        name=Job.PRODUCTS_BULK_UPDATE,
        handler=update_products,
        label="Change of many products",
        slice_size=BULK_SLICE,
        report=Report.BULK,
        made=_PRODUCTS,
    ),
    JobType(
        name=Job.PRODUCTS_METADATA_UPDATE,
        handler=update_product_metadata,
        label="Metadata of many products",
        slice_size=BULK_SLICE,
        report=Report.BULK,
        made=_PRODUCTS,
    ),
    JobType(
        name=Job.PRODUCTS_IMPORT_CSV, handler=import_products, label="Import of products", made=_PRODUCTS
    ),
    JobType(
        name=Job.SKUS_IMPORT_CSV,
        handler=import_skus,
        label="Import of SKUs",
        slice_size=200,
        made=_made("sku", "SKUs"),
    ),
    JobType(
        name=Job.ORDERS_IMPORT,
        handler=import_orders,
        label="Import of orders",
        slice_size=200,
        made=_made("order", "Orders"),
    ),
)
