"""Points in CSV files. Contract: loyalty 13; data file 8."""

from __future__ import annotations

from typing import Final

from django.db.models import Case, F, Q, Value, When

from core.api.filters import Date, DateTime, Text
from integrations import export_registry
from integrations.export_registry import Cell, ExportedObject, column, constant, json_object
from loyalty.models import PointsLot, PointsTransaction


def register() -> None:
    """Tell `integrations` what can be exported."""
    export_registry.register(TRANSACTIONS, EXPIRATION)


def _wire_type(kind: str) -> str:
    issued, added = PointsTransaction.Type.ISSUED, PointsTransaction.Type.ADDITION
    return added.value if kind == issued else kind


TRANSACTIONS: Final = ExportedObject(
    name="points_transactions",
    resource="loyalties",
    rows=lambda now: PointsTransaction.objects.all(),
    fields={
        "id": column("public_id"),
        "type": Cell(columns=("type",), show=_wire_type),
        "source_id": column("source_id"),
        "status": constant(None),
        "reason": column("reason"),
        "source": column("source"),
        "balance": column("balance"),
        "amount": column("amount"),
        "created_at": column("created_at"),
        "campaign_id": column("campaign__public_id"),
        "voucher_id": column("voucher__public_id"),
        "related_transaction_id": column("related__public_id"),
        "details": json_object("details"),
    },
    default_fields=("id", "type", "source_id", "reason", "source", "balance", "amount", "created_at"),
    orders={"created_at": "created_at"},
    filters={
        "created_at": DateTime("created_at"),
        "voucher_id": Text("voucher__public_id"),
        "campaign_id": Text("campaign__public_id"),
    },
    scopes=("campaign_id", "voucher_id"),
)
EXPIRATION: Final = ExportedObject(
    name="points_expiration",
    resource="loyalties",
    rows=lambda now: PointsLot.objects.all(),
    fields={
        "id": column("public_id"),
        "campaign_id": column("campaign__public_id"),
        "voucher_id": column("card__voucher__public_id"),
        # Of what is over, what expired.
        "points": column(Case(When(expired__gt=0, then=F("expired")), default=F("remaining"))),
        "status": column(Case(When(Q(expired__gt=0), then=Value("EXPIRED")), default=Value("ACTIVE"))),
        "expires_at": column("expires_on"),
    },
    default_fields=("id", "campaign_id", "voucher_id", "points", "status", "expires_at"),
    orders={"expires_at": "expires_on"},
    filters={
        "campaign_id": Text("campaign__public_id"),
        "voucher_id": Text("card__voucher__public_id"),
        "expires_at": Date("expires_on"),
    },
    scopes=("campaign_id",),
)
