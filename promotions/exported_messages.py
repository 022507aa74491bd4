"""What distributions give into CSV files: who gets which code at which address, for another tool to send."""

from __future__ import annotations

from typing import Final

from core.api.filters import DateTime, Text
from integrations.export_registry import ExportedObject, column
from promotions.models import DistributionMessage

DISTRIBUTION_MESSAGES: Final = ExportedObject(
    name="distribution_message",
    resource="distributions",
    rows=lambda now: DistributionMessage.objects.all(),
    fields={
        "id": column("public_id"),
        "distribution_id": column("distribution__public_id"),
        "customer_id": column("customer__public_id"),
        "customer_source_id": column("customer__source_id"),
        "customer_name": column("customer__name"),
        "email": column("customer__email"),
        "phone": column("customer__phone"),
        "code": column("publication__voucher_code"),
        "status": column("state"),
        "reason": column("reason"),
        "sent_at": column("sent_at"),
        "created_at": column("created_at"),
    },
    default_fields=("customer_source_id", "customer_name", "email", "phone", "code", "status"),
    orders={"created_at": "created_at"},
    filters={
        "id": Text("public_id"),
        "distribution_id": Text("distribution__public_id"),
        "status": Text("state"),
        "created_at": DateTime("created_at"),
    },
)
