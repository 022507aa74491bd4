"""The lines of an order, written together with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from commerce.models import Order, OrderItem
from commerce.selectors.order_shapes import ResolvedLine, ResolvedOrder
from core.prepared import insert_all
from engine import LineState, OrderState


@dataclass(frozen=True, kw_only=True)
class TakenLine:
    """What one redemption did to the line at `position`: money off, units made free, units added (negative:
    taken away) and what those are worth.
    """

    position: int
    discount: int = 0
    free_units: int = 0
    units: int = 0
    amount: int = 0


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one redemption took off an order: in all, off the order as a whole, and line by line."""

    total: int
    from_order: int = 0
    lines: tuple[TakenLine, ...] = ()


def write(order: Order, resolved: ResolvedOrder, state: OrderState) -> list[OrderItem]:
    """Lines that were sent replace the stored ones; lines that were continued only get their new amounts.

    Lines that a discount appended come last. Returns all lines as they are stored now.
    """
    stored: list[OrderItem] = []
    if resolved.spec.items is None:
        stored = [line.stored for line in resolved.lines if line.stored is not None]
        changed = [item for item, amounts in zip(stored, state.lines, strict=False) if _update(item, amounts)]
        if changed:
            OrderItem.objects.bulk_update(changed, _AMOUNTS)
        appended = rows(order, resolved, state)[len(stored) :]
        # A rollback may have taken lines away before the last one: behind that one there is room.
        gap = stored[-1].position + 1 - len(stored) if stored else 0
        for item in appended:
            item.position += gap
    else:
        if resolved.order is not None:
            OrderItem.objects.filter(order=order).delete()
        appended = rows(order, resolved, state)
    if appended:
        insert_all(appended)
    return stored + appended


def rows(order: Order, resolved: ResolvedOrder, state: OrderState) -> list[OrderItem]:
    """Unsaved lines of a saved order."""
    return [
        _row(order, position, line, amounts)
        for position, (line, amounts) in enumerate(zip(resolved.lines, state.lines, strict=True))
    ]


def give_back(order: Order, taken: Taken) -> None:
    """Undo what a redemption took: line by line, off the order, and what is left wherever there is discount.

    The order may have been sent again with other lines since; nothing ever falls below zero. Changes the
    amounts of `order` without saving it; saves the lines, and deletes those that the redemption had added.
    """
    items = {item.position: item for item in OrderItem.objects.filter(order=order).order_by("position")}
    left, changed, gone = taken.total, set[int](), set[int]()
    for part in taken.lines:
        item = items.get(part.position)
        if item is None:
            continue
        left -= _release(order, item, part, left)
        (gone if item.quantity == 0 and item.initial_quantity == 0 else changed).add(part.position)
    from_order = min(left if not taken.lines else min(taken.from_order, left), order.discount_amount)
    order.discount_amount -= from_order
    left -= from_order
    for position in sorted(items, reverse=True) if left else ():
        item = items[position]
        part_left = min(left, item.discount_amount)
        if part_left:
            item.discount_amount -= part_left
            item.applied = None
            left -= part_left
            changed.add(position)
    OrderItem.objects.filter(pk__in=[items[position].pk for position in gone]).delete()
    OrderItem.objects.bulk_update([items[position] for position in changed - gone], _AMOUNTS)
    order.items_discount_amount = sum(
        item.discount_amount for position, item in items.items() if position not in gone
    )
    order.total_discount_amount = order.discount_amount + order.items_discount_amount
    order.total_amount = max(0, order.amount - order.total_discount_amount)
    order.applied_discount_amount = order.items_applied_discount_amount = (
        order.total_applied_discount_amount
    ) = 0


_AMOUNTS: Final = ("quantity", "discount_quantity", "amount", "discount_amount", "applied")


def _release(order: Order, item: OrderItem, part: TakenLine, left: int) -> int:
    """Undo one line's part; the money that was given back."""
    discount = min(part.discount, item.discount_amount, left)
    item.discount_amount -= discount
    item.discount_quantity = max(0, item.discount_quantity - part.free_units)
    units = min(part.units, item.quantity)
    if units and item.amount is not None:
        amount = min(part.amount, item.amount - item.discount_amount)
        item.amount -= amount
        order.amount -= amount
    item.quantity -= units
    item.applied = None
    return discount


def _update(item: OrderItem, amounts: LineState) -> bool:
    """Put new amounts on a stored line; whether anything is new."""
    new = (
        amounts.quantity,
        amounts.discount_quantity,
        amounts.amount,
        amounts.discount_amount,
        _applied(amounts),
    )
    if new == tuple(getattr(item, name) for name in _AMOUNTS):
        return False
    for name, value in zip(_AMOUNTS, new, strict=True):
        setattr(item, name, value)
    return True


def _row(order: Order, position: int, line: ResolvedLine, amounts: LineState) -> OrderItem:
    return OrderItem(
        order=order,
        position=position,
        product=line.product,
        sku=line.sku,
        related_object=line.related_object,
        source_id=line.source_id,
        quantity=amounts.quantity,
        initial_quantity=amounts.initial_quantity,
        discount_quantity=amounts.discount_quantity,
        price=amounts.price,
        amount=amounts.amount,
        initial_amount=amounts.initial_amount,
        discount_amount=amounts.discount_amount,
        product_data=_told(line.product_data),
        sku_data=_told(line.sku_data),
        metadata=dict(line.metadata) if line.metadata else None,
        applied=_applied(amounts),
    )


def _told(data: Any) -> dict[str, Any] | None:
    kept = {key: value for key, value in (data or {}).items() if key != "override" and value is not None}
    return kept or None


def _applied(amounts: LineState) -> dict[str, Any] | None:
    """What the last request did to the line, those figures that are not zero."""
    figures = {
        "applied_discount_amount": amounts.applied_discount_amount,
        "applied_discount_quantity": amounts.applied_discount_quantity,
        "applied_quantity": amounts.applied_quantity,
        "applied_quantity_amount": amounts.applied_quantity_amount,
    }
    applied: dict[str, Any] = {name: figure for name, figure in figures.items() if figure}
    if amounts.application_details:
        applied["application_details"] = [detail.to_json() for detail in amounts.application_details]
    return applied or None
