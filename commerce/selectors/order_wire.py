"""A stored order as the wire shows it (contract: semantics-core 4.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from commerce.models import Customer, Order, OrderItem
from commerce.selectors.order_shapes import article_wire
from core import places
from core.instants import format_instant, format_optional

# Left out where nothing was taken off (contract: semantics-core 1.1).
_DISCOUNTS: Final = ("discount_amount", "items_discount_amount", "total_discount_amount")
_APPLIED: Final = (
    "applied_discount_amount",
    "items_applied_discount_amount",
    "total_applied_discount_amount",
)


def order_wire(order: Order, lines: Iterable[OrderItem]) -> dict[str, Any]:
    """The order object, without `items` when there are none, without `customer` when nobody is known.

    `returns` and `returned_quantity` of lines go beyond the contract; they are there once something came
    back.
    """
    wire: dict[str, Any] = {
        "id": order.public_id,
        "source_id": order.source_id,
        "created_at": format_instant(order.created_at),
        "updated_at": format_optional(order.updated_at),
        "status": order.status,
        "amount": order.amount,
    }
    if order.initial_amount is not None:
        wire["initial_amount"] = order.initial_amount
    wire |= _not_zero(order, _DISCOUNTS)
    wire["total_amount"] = order.total_amount
    wire |= _not_zero(order, _APPLIED)
    back = returned_units(order)
    items = [_with_returned(line_wire(line), back.get(line.position, 0)) for line in lines]
    if items:
        wire["items"] = items
    wire["metadata"] = order.metadata
    wire |= {
        name: _person(person)
        for name, person in (("customer", order.customer), ("referrer", order.referrer))
        if person is not None
    }
    return {
        **wire,
        "customer_id": order.customer.public_id if order.customer else None,
        "referrer_id": order.referrer.public_id if order.referrer else None,
        "redemptions": _in_reach(order.redemptions),
        **({"returns": order.returned} if order.returned else {}),
        "object": "order",
    }


def returned_units(order: Order) -> Counter[int]:
    """How many units of each line came back, by position."""
    units: Counter[int] = Counter()
    for entry in order.returned.values():
        for item in entry["items"]:
            units[item["position"]] += item["quantity"]
    return units


def _with_returned(wire: dict[str, Any], units: int) -> dict[str, Any]:
    return wire | {"returned_quantity": units} if units else wire


def line_wire(line: OrderItem) -> dict[str, Any]:
    """One order line. Amounts are left out for a line without a price."""
    identity = {
        "sku_id": line.sku.public_id if line.sku else None,
        "product_id": line.product.public_id if line.product else None,
        "related_object": line.related_object,
        "source_id": line.source_id,
    }
    amounts = {
        "amount": line.amount,
        "discount_amount": line.discount_amount or None,
        "initial_amount": line.initial_amount,
        "price": line.price,
        "subtotal_amount": line.subtotal_amount,
    }
    articles = {
        "product": article_wire(line.product, line.product_data, name="name"),
        "sku": article_wire(line.sku, line.sku_data, name="sku"),
    }
    return {
        "id": line.public_id,
        **{name: value for name, value in identity.items() if value},
        "quantity": line.quantity,
        "initial_quantity": line.initial_quantity,
        **({"discount_quantity": line.discount_quantity} if line.discount_quantity else {}),
        **{name: value for name, value in amounts.items() if value is not None},
        **(line.applied or {}),
        **{name: value for name, value in articles.items() if value},
        "object": "order_item",
        "metadata": line.metadata or {},
    }


def _not_zero(order: Order, names: Iterable[str]) -> dict[str, int]:
    return {name: getattr(order, name) for name in names if getattr(order, name)}


def _person(customer: Customer) -> dict[str, str]:
    return {"id": customer.public_id, "object": "customer"}


def _in_reach(redemptions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who works in single areas reads of an order what was used there (one query)."""
    ids = places.kinds().get("redemption")
    if places.limit() is None or ids is None or not redemptions:
        return redemptions
    seen = set(ids().filter(public_id__in=list(redemptions)).values_list("public_id", flat=True))
    return {name: entry for name, entry in redemptions.items() if name in seen}
