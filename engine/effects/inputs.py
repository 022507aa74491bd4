"""What an effect needs from the request. Contract: eligibility 7.2, checks 8 and 9.

Sums and percentages need nothing: without an order, or without amounts, they apply and calculate nothing
(contract 4.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.reasons import Reason, ReasonKey

if TYPE_CHECKING:
    from engine.situation import Situation

_TEXTS: Final = {
    ReasonKey.MISSING_ORDER: ("missing order", "This discount works on an order", "Send the order"),
    ReasonKey.MISSING_AMOUNT: ("missing amount", "The order has no amount", "Send the order with its amount"),
    ReasonKey.MISSING_ORDER_ITEMS: (
        "missing order items",
        "This discount works on order items, and the order has none",
        "Send the items of the order",
    ),
    ReasonKey.MISSING_ORDER_ITEMS_AMOUNT: (
        "missing order items amount",
        "This discount works on order items, and none of them has a price",
        "Send the items with their prices",
    ),
}


def missing(key: ReasonKey) -> Reason:
    """The refusal for an input that is not there."""
    message, details, remedy = _TEXTS[key]
    return Reason(key=key, message=message, details=details, remedy=remedy)


def needs_items(situation: Situation) -> Reason | None:
    """An order that was sent has lines; without an order there is nothing to ask for."""
    before = situation.before
    if before is not None and not before.lines:
        return missing(ReasonKey.MISSING_ORDER_ITEMS)
    return None


def needs_order(situation: Situation) -> Reason | None:
    """An order was sent, if only an empty one."""
    return missing(ReasonKey.MISSING_ORDER) if situation.before is None else None


def needs_order_with_items(situation: Situation) -> Reason | None:
    """An order with lines was sent."""
    return needs_order(situation) or needs_items(situation)
