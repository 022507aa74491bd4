"""Lines of the points ledger on the wire. Contract: loyalty 3, 4."""

from __future__ import annotations

from typing import Any

from core.instants import format_instant
from loyalty.models import PointsTransaction
from loyalty.selectors import transactions
from loyalty.selectors.transactions import Printable

_Type = PointsTransaction.Type


def wire_type(kind: str) -> str:
    """The points of a new card were added, as far as the contract knows."""
    return _Type.ADDITION.value if kind == _Type.ISSUED else kind


def transaction_output(row: PointsTransaction) -> dict[str, Any]:
    """One line, alone."""
    return line_output(transactions.one(row.pk))


def line_output(found: Printable) -> dict[str, Any]:
    row = found.line
    return {
        "id": row.public_id,
        "source_id": row.source_id or None,
        "voucher_id": row.voucher.public_id,
        "campaign_id": row.campaign.public_id,
        "type": wire_type(row.type),
        "source": row.source or None,
        "reason": row.reason or None,
        "details": _details(found),
        "related_transaction_id": found.related_id,
        "created_at": format_instant(row.created_at),
    }


def balance_output(found: Printable) -> dict[str, Any]:
    """The balance of the card after a line. Contract: loyalty 3."""
    row = found.line
    return {
        "points": row.amount,
        "total": found.total,
        "balance": row.balance,
        "type": "loyalty_card",
        "object": "balance",
        "related_object": {"type": "voucher", "id": row.voucher.public_id},
        "operation_type": "AUTOMATIC" if _is_automatic(row) else "MANUAL",
    }


def _is_automatic(row: PointsTransaction) -> bool:
    """By a reward that redeems itself."""
    taken = getattr(row.redemption, "reward_redemption", None) if row.redemption is not None else None
    return taken is not None and bool(taken.is_automatic)


def _details(found: Printable) -> dict[str, Any]:
    """What services noted, and what the row itself knows."""
    row = found.line
    details: dict[str, Any] = {"balance": balance_output(found), **row.details}
    if row.earning is not None:
        rule = row.earning.rule
        details.setdefault("earning_rule", {"id": rule.public_id, "source": {"banner": rule.banner}})
    order = row.redemption.order if row.redemption is not None else None
    if order is None and row.earning is not None:
        order = row.earning.order
    if order is not None:
        details.setdefault("order", {"id": order.public_id, "source_id": order.source_id})
    if row.redemption is not None:
        details.setdefault("redemption", {"id": row.redemption.public_id})
        taken = getattr(row.redemption, "reward_redemption", None)
        if taken is not None:
            details.setdefault("reward", {"id": taken.reward.public_id, "name": taken.reward.name})
    if row.rollback is not None:
        details.setdefault("rollback", {"id": row.rollback.public_id})
    return details
