"""Redemptions and rollbacks as the contract prints them (semantics-core 8.2, 8.3, 9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote

from commerce.api.serializers.customers import simple_customer_output
from commerce.models import Customer, Order
from commerce.selectors.orders import stored_wire
from core.api.fields import BooleanField, MetadataField, TextField, WireSerializer
from core.instants import format_instant
from engine import Status
from promotions.api.serializers.decisions import cuts_output, step_output
from promotions.api.serializers.gifts import redeemed_amount, taken_output
from promotions.api.serializers.loyalty_cards import redeemed_points
from promotions.api.serializers.paid_points import taken_points
from promotions.api.serializers.tiers import tier_output
from promotions.api.serializers.vouchers import voucher_output
from promotions.models import Redemption, Rollback, Voucher
from promotions.selectors import redemptions as known
from promotions.services.redemptions import Redeemed
from promotions.services.rollbacks import RolledBack


class RollbackInput(WireSerializer):
    reason = TextField(required=False, allow_null=True, max_length=500)
    tracking_id = TextField(required=False, allow_null=True, max_length=100)
    metadata = MetadataField(required=False, allow_null=True)
    force = BooleanField(required=False, allow_null=True)  # ours: also what went straight to a member


def redeemed_output(redeemed: Redeemed, *, expand: Collection[str], request_id: str) -> dict[str, Any]:
    """The answer of `POST /v1/redemptions`: the last two lists are always there."""
    steps = redeemed.outcome.with_status(Status.APPLICABLE)
    pairs = zip(redeemed.redemptions, steps, strict=True)
    wire: dict[str, Any] = {
        "redemptions": [{**redemption_output(row), **cuts_output(step)} for row, step in pairs]
    }
    if redeemed.parent is not None:
        wire["parent_redemption"] = redemption_output(redeemed.parent)
    if redeemed.order is not None:
        wire["order"] = stored_wire(redeemed.order)
    for name, status in (
        ("inapplicable_redeemables", Status.INAPPLICABLE),
        ("skipped_redeemables", Status.SKIPPED),
    ):
        wire[name] = [
            step_output(step, redeemed.loaded, expand=expand, request_id=request_id)
            for step in redeemed.outcome.with_status(status)
        ]
    return wire


def redemption_output(row: Redemption) -> dict[str, Any]:
    """One redemption. Its order is the snapshot taken then, not what became of the order since."""
    wire: dict[str, Any] = {
        "id": row.public_id,
        "object": "redemption",
        "date": format_instant(row.redeemed_at),
        "customer_id": row.customer.public_id if row.customer else None,
        "tracking_id": row.tracking_id or None,
        "metadata": row.metadata or None,
        "result": row.result,
        "status": row.status,
    }
    if row.parent is not None:
        wire["redemption"] = row.parent.public_id
    rollback = getattr(row, "rollback", None) if row.status == Redemption.Status.ROLLED_BACK else None
    if rollback is not None:
        wire["related_redemptions"] = {
            "rollbacks": [{"id": rollback.public_id, "date": format_instant(rollback.rolled_back_at)}]
        }
    if row.result == Redemption.Result.FAILURE:
        wire["failure_code"] = row.failure_code
        wire["failure_message"] = row.failure_message
    wire |= _taken(row, row.credits)
    wire |= {
        "order": snapshot_output(row.order_snapshot, row.order, row.customer),
        "channel": {"channel_id": row.channel_id, "channel_type": row.channel_type},
        "customer": simple_customer_output(row.customer) if row.customer else None,
        "related_object_type": row.related_object_type,
        "related_object_id": _target_id(row),
    }
    return wire | _target_output(row)


def redemption_detail_output(row: Redemption) -> dict[str, Any]:
    """`GET /v1/redemptions/{id}`: a parent lists its children."""
    wire = redemption_output(row)
    if row.related_object_type == Redemption.RelatedObject.REDEMPTION:
        wire["redemption_entries"] = [redemption_output(child) for child in known.children_of(row)]
    return wire


def rollback_output(row: Rollback) -> dict[str, Any]:
    redemption = row.redemption
    return {
        "id": row.public_id,
        "object": "redemption_rollback",
        "date": format_instant(row.rolled_back_at),
        "customer_id": redemption.customer.public_id if redemption.customer else None,
        "tracking_id": row.tracking_id or None,
        "metadata": row.metadata or None,
        "redemption": redemption.public_id,
        "reason": row.reason or None,
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        **_taken(redemption, row.credits),
        "order": snapshot_output(row.order_snapshot, None, redemption.customer),
        "channel": {"channel_id": row.channel_id, "channel_type": row.channel_type},
        "customer": simple_customer_output(redemption.customer) if redemption.customer else None,
        "related_object_type": redemption.related_object_type,
        "related_object_id": _target_id(redemption),
        **_target_output(redemption),
    }


def rollbacks_output(result: RolledBack) -> dict[str, Any]:
    """The answer of `/rollbacks`."""
    wire: dict[str, Any] = {"rollbacks": [rollback_output(row) for row in result.rollbacks]}
    if result.parent is not None:
        wire["parent_rollback"] = rollback_output(result.parent)
    if result.order is not None:
        wire["order"] = stored_wire(result.order)
    return wire


def voucher_redemptions_output(voucher: Voucher, rows: Sequence[Redemption]) -> dict[str, Any]:
    """`GET /v1/vouchers/{code}/redemption`: the uses of one code, newest first."""
    return {
        "quantity": voucher.redemption_quantity,
        "redeemed_quantity": voucher.redeemed_quantity,
        **redeemed_amount(voucher),
        **redeemed_points(voucher),
        "object": "list",
        "url": f"/v1/vouchers/{quote(voucher.code, safe='')}/redemptions?page=1&limit=10",
        "data_ref": "redemption_entries",
        "total": len(rows),
        "redemption_entries": [redemption_output(row) for row in rows],
    }


def snapshot_output(
    snapshot: dict[str, Any] | None, order: Order | None, customer: Customer | None
) -> dict[str, Any] | None:
    """The order as it stood, under the id and with the customer it got when it was stored."""
    if snapshot is None:
        return None
    wire = dict(snapshot)
    if order is not None:
        wire = {"id": order.public_id, "source_id": order.source_id, "status": order.status, **wire}
    if customer is not None:
        wire["customer_id"] = customer.public_id
        wire["customer"] = {"id": customer.public_id, "object": "customer"}
    return wire


def _taken(row: Redemption, credits: int | None) -> dict[str, Any]:
    """What its card paid, and for what; of a rollback what went back to it."""
    points = taken_points(row, credits)
    return taken_output(credits) if points is None else points


def _target_id(row: Redemption) -> str:
    target = row.voucher or row.promotion_tier
    if target is not None:
        return target.public_id
    return row.voucher_code or row.public_id


def _target_output(row: Redemption) -> dict[str, Any]:
    if row.voucher is not None:
        return {"voucher": voucher_output(row.voucher)}
    if row.promotion_tier is not None:
        return {"promotion_tier": tier_output(row.promotion_tier)}
    return {}
