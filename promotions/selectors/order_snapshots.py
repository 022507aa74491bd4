"""The order as it stood after a step, in the form of the wire. Contract: semantics-core 4.2, 4.3, 4.5.

Stored with each redemption, so that what was granted can be shown years later, whatever became of the order.
"""

from __future__ import annotations

from typing import Any, Final

from commerce.selectors.orders import ResolvedLine, ResolvedOrder
from engine import LineState, OrderState

_WHERE_NOT_ZERO: Final = (
    "applied_discount_amount",
    "discount_quantity",
    "applied_discount_quantity",
    "applied_quantity",
    "applied_quantity_amount",
)


def order_snapshot(state: OrderState | None, order: ResolvedOrder | None) -> dict[str, Any] | None:
    """Amounts of `state` with the articles of `order`; discount fields are left out where nothing was taken
    off.

    `items` is left out when the order has none.
    """
    if state is None or order is None:
        return None
    wire: dict[str, Any] = {}
    if order.source_id:
        wire["source_id"] = order.source_id
    if state.amount is not None:
        wire["amount"] = state.amount
    if state.initial_amount is not None and state.lines:
        wire["initial_amount"] = state.initial_amount
    wire |= {
        name: value
        for name, value in (
            ("discount_amount", state.discount_amount),
            ("items_discount_amount", state.items_discount_amount),
            ("total_discount_amount", state.total_discount_amount),
        )
        if value
    }
    if state.total_amount is not None:
        wire["total_amount"] = state.total_amount
    wire |= {
        name: value
        for name, value in (
            ("applied_discount_amount", state.applied_discount_amount),
            ("items_applied_discount_amount", state.items_applied_discount_amount),
            ("total_applied_discount_amount", state.total_applied_discount_amount),
        )
        if value
    }
    if state.lines:
        wire["items"] = [
            # An early step knows nothing yet of the lines that later ones append.
            line_snapshot(line, article)
            for line, article in zip(state.lines, order.lines, strict=False)
        ]
    wire |= {"metadata": dict(order.metadata), "customer_id": None, "referrer_id": None, "object": "order"}
    return wire


def line_snapshot(line: LineState, article: ResolvedLine) -> dict[str, Any]:
    """One line: the article as commerce prints it, the amounts as the engine left them."""
    wire: dict[str, Any] = {"object": "order_item", **article.identity_wire()}
    wire["quantity"] = line.quantity
    wire["initial_quantity"] = line.initial_quantity
    for name in ("amount", "initial_amount"):
        if getattr(line, name) is not None:
            wire[name] = getattr(line, name)
    if line.discount_amount:
        wire["discount_amount"] = line.discount_amount
    for name in _WHERE_NOT_ZERO:
        if getattr(line, name):
            wire[name] = getattr(line, name)
    if line.application_details:
        wire["application_details"] = [detail.to_json() for detail in line.application_details]
    if line.price is not None:
        wire["price"] = line.price
    if line.subtotal_amount is not None:
        wire["subtotal_amount"] = line.subtotal_amount
    wire |= article.details_wire()
    return wire
