"""Pending points and buckets of points on the wire. Contract: loyalty 6, 7."""

from __future__ import annotations

from typing import Any

from core.instants import format_instant, format_optional
from loyalty.models import PendingPoints, PointsLot


def pending_points_output(row: PendingPoints) -> dict[str, Any]:
    """Reads the card's voucher with holder and campaign, the order, and the earning's rule."""
    voucher, order = row.card.voucher, row.order
    details: dict[str, Any] = dict(row.details)
    if row.earning is not None:
        rule = row.earning.rule
        details.setdefault("earning_rule", {"id": rule.public_id, "source": {"banner": rule.banner}})
    # Points wait only for what was paid.
    details.setdefault("event", {"type": "customer.order.paid"})
    if order is not None:
        details.setdefault("order", {"id": order.public_id, "source_id": order.source_id})
    return {
        "id": row.public_id,
        "voucher_id": voucher.public_id,
        "campaign_id": row.campaign.public_id,
        "customer_id": voucher.holder.public_id if voucher.holder else None,
        "order_id": order.public_id if order else None,
        "points": row.points,
        "activates_at": row.activates_on.isoformat(),
        "details": details,
        "created_at": format_instant(row.created_at),
        "updated_at": format_optional(row.updated_at),
    }


def pending_balance_output(row: PendingPoints, points: int) -> dict[str, Any]:
    """After `points` of an entry more or less: `total` are all that wait on the card."""
    return {
        "points": points,
        "total": row.card.pending_points,
        "type": "pending_points",
        "object": "balance",
        "related_object": {"type": "voucher", "id": row.card.voucher.public_id},
        "operation_type": "MANUAL",
    }


def bucket_output(lot: PointsLot) -> dict[str, Any]:
    """Points that end together; reads the card's voucher and campaign."""
    return {
        "id": lot.public_id,
        "voucher_id": lot.card.voucher.public_id,
        "campaign_id": lot.campaign.public_id,
        "bucket": {"total_points": lot.remaining},
        "status": "ACTIVE",
        "expires_at": None if lot.expires_on is None else lot.expires_on.isoformat(),
        "created_at": format_instant(lot.created_at),
        "updated_at": format_optional(lot.updated_at),
        "object": "loyalty_points_bucket",
    }
