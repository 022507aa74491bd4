"""The lines of an order, written together with it."""

from __future__ import annotations

from typing import Any

from commerce.models import Order, OrderItem
from commerce.selectors.order_shapes import ResolvedLine, ResolvedOrder
from engine import LineState, OrderState


def write(order: Order, resolved: ResolvedOrder, state: OrderState) -> None:
    """Lines that were sent replace the stored ones; lines that were continued only get their new amounts."""
    if resolved.spec.items is None:
        stored = [line.stored for line in resolved.lines if line.stored is not None]
        changed = []
        for item, amounts in zip(stored, state.lines, strict=True):
            new = (amounts.discount_amount, _applied(amounts))
            if new != (item.discount_amount, item.applied):
                item.discount_amount, item.applied = new
                changed.append(item)
        if changed:
            OrderItem.objects.bulk_update(changed, ["discount_amount", "applied"])
        return
    if resolved.order is not None:
        OrderItem.objects.filter(order=order).delete()
    OrderItem.objects.bulk_create(rows(order, resolved, state))


def rows(order: Order, resolved: ResolvedOrder, state: OrderState) -> list[OrderItem]:
    """Unsaved lines of a saved order."""
    return [
        _row(order, position, line, amounts)
        for position, (line, amounts) in enumerate(zip(resolved.lines, state.lines, strict=True))
    ]


def give_back(order: Order, discount: int) -> None:
    """Take `discount` off what was granted: off the order first, then off its lines, the last one first.

    Changes the amounts of `order` without saving it; saves the lines.
    """
    from_order = min(discount, order.discount_amount)
    left = min(discount - from_order, order.items_discount_amount)
    order.discount_amount -= from_order
    order.items_discount_amount -= left
    changed = []
    for item in (
        OrderItem.objects.filter(order=order, discount_amount__gt=0).order_by("-position") if left else ()
    ):
        part = min(left, item.discount_amount)
        item.discount_amount -= part
        item.applied = None
        left -= part
        changed.append(item)
        if not left:
            break
    if changed:
        OrderItem.objects.bulk_update(changed, ["discount_amount", "applied"])
    order.total_discount_amount = order.discount_amount + order.items_discount_amount
    order.total_amount = order.amount - order.total_discount_amount
    order.applied_discount_amount = order.items_applied_discount_amount = (
        order.total_applied_discount_amount
    ) = 0


def _row(order: Order, position: int, line: ResolvedLine, amounts: LineState) -> OrderItem:
    return OrderItem(
        order=order,
        position=position,
        product=line.product,
        sku=line.sku,
        related_object=line.related_object,
        source_id=line.source_id,
        quantity=amounts.quantity,
        initial_quantity=line.initial_quantity,
        discount_quantity=line.discount_quantity,
        price=amounts.price,
        amount=amounts.amount,
        initial_amount=line.initial_amount,
        discount_amount=amounts.discount_amount,
        product_data=_told(line.product_data),
        sku_data=_told(line.sku_data),
        metadata=dict(line.metadata) if line.metadata else None,
        applied=_applied(amounts),
    )


def _told(data: Any) -> dict[str, Any] | None:
    kept = {key: value for key, value in (data or {}).items() if key != "override" and value is not None}
    return kept or None


def _applied(amounts: LineState) -> dict[str, int] | None:
    applied = amounts.applied_discount_amount
    return {"applied_discount_amount": applied} if applied else None
