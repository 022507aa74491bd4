"""Holders of referral codes on the wire. Contract: `openapi/referrals`."""

from __future__ import annotations

from typing import Any

from commerce.api.serializers.customers import CustomerPayload
from core.api.fields import ListField, MetadataField, WireSerializer
from promotions.api.serializers.publications import holder_base_output
from promotions.models import Holder


class HoldersInput(WireSerializer):
    """How many there may be, the service says."""

    holders = ListField(child=CustomerPayload(), max_length=10_000)
    metadata = MetadataField(required=False, allow_null=True)


def holder_output(row: Holder) -> dict[str, Any]:
    wire = holder_base_output(row)
    said = wire.pop("object")
    return {**wire, "metadata": row.metadata, "object": said}


def holders_output(rows: list[Holder]) -> dict[str, Any]:
    return {"holders": [holder_output(row) for row in rows]}
