"""Customers who were blocked use nothing: no code, no promotion. Goes beyond the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from commerce.models import Customer
from engine import Reason
from engine.reasons import ReasonKey
from promotions.redeemables import Found

# Not why: a shop shows its customers what the API answers.
_REASON: Final = Reason(
    key=ReasonKey.CUSTOMER_BLOCKED,
    message="customer is blocked",
    details="The customer may not use promotions",
    remedy="Unblock the customer first",
)


def is_blocked(customer: Customer | None) -> bool:
    return customer is not None and customer.blocked_at is not None


def not_of_blocked(found: Sequence[Found], customer: Customer | None) -> list[Found]:
    """For a blocked customer each says so, whatever else speaks against it; what nobody knows stays unknown.

    No query: his row was read before.
    """
    if not is_blocked(customer):
        return list(found)
    return [
        entry if entry.row is None else replace(entry, candidate=replace(entry.candidate, reason=_REASON))
        for entry in found
    ]
