"""Publications into CSV files (contract: data file 8): a line for each code, one for each refusal."""

from __future__ import annotations

from typing import Final

from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf

from core.api.filters import Json, Text
from integrations.export_registry import ExportedObject, column, constant, json_object
from promotions.api.publication_filters import PublicationFilters
from promotions.models import Publication
from promotions.selectors import publications

_CODE: Final = column(Coalesce("codes__voucher__code", NullIf("voucher_code", Value(""))))

PUBLICATIONS: Final = ExportedObject(
    name="publication",
    resource="vouchers",
    rows=lambda now: publications.listed(Publication.objects.all()),
    fields={
        "code": _CODE,
        "customer_id": column("customer__public_id"),
        "date": column("created_at"),
        "channel": column("channel"),
        "voucher_code": _CODE,
        "customer_source_id": column("customer__source_id"),
        "campaign": column("campaign__name"),
        "is_winner": constant(None),
        "metadata": json_object("metadata"),
    },
    default_fields=("code", "customer_id", "date", "channel"),
    orders={
        "id": "pk",
        "voucher_code": "voucher_code",
        "tracking_id": "tracking_id",
        "customer_id": "customer__public_id",
        "created_at": "created_at",
        "channel": "channel",
    },
    filters={
        **PublicationFilters.FILTER_FIELDS,
        "code": Text("voucher_code"),
        "voucher_code": Text("voucher_code"),
        "tracking_id": Text("tracking_id"),
        "campaign": Text("campaign__name"),
        "campaign_id": Text("campaign__public_id"),
        "customer": Text("customer__public_id"),
        "customer_source_id": Text("customer__source_id"),
        "metadata": Json("metadata"),
    },
)
