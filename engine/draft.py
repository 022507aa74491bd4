"""The order while one step works on it: what is taken, added and made free, within the universal caps.

Contract 5.2: no line discount exceeds what the line still costs, no step exceeds what is still payable, in
the order of the calls. Only touched lines cost anything; quantities are numbers, never lists of units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.basket import ApplicationDetail, Line, LineState, OrderState, totals


@dataclass(kw_only=True, slots=True)
class Row:
    """One line as this step leaves it; `applied*` belong to the step, the others are cumulative."""

    quantity: int
    price: int | None
    amount: int | None
    discount: int
    free: int
    applied: int = 0
    applied_free: int = 0
    applied_quantity: int = 0
    applied_amount: int = 0
    details: tuple[ApplicationDetail, ...] = ()

    @property
    def subtotal(self) -> int:
        """What the line still costs."""
        return (self.amount or 0) - self.discount


class Draft:
    """`payable` is what is left to pay at this moment, 0 without an order or an amount."""

    __slots__ = ("_amount", "_lines", "_order", "_rows", "added", "from_order", "lines_count", "payable")

    def __init__(self, order: OrderState | None) -> None:
        self._order: Final = order
        self._lines: Final = () if order is None else order.lines
        self._rows: Final[dict[int, Row]] = {}
        self._amount = None if order is None else order.amount
        self.payable = 0 if order is None else order.total_amount or 0
        self.from_order = 0
        self.added: Final[list[Line]] = []
        self.lines_count = len(self._lines)

    def row(self, index: int) -> Row:
        """The line as it is now; asking for it makes it a touched one."""
        row = self._rows.get(index)
        if row is None:
            line = self._lines[index]
            row = self._rows[index] = Row(
                quantity=line.quantity,
                price=line.price,
                amount=line.amount,
                discount=line.discount_amount,
                free=line.discount_quantity,
                details=line.application_details,
            )
        return row

    def take_order(self, amount: int) -> int:
        """Take `amount` off the whole order, as far as there is something to pay; what was taken."""
        applied = max(0, min(amount, self.payable))
        self.payable -= applied
        self.from_order += applied
        return applied

    def take_line(self, index: int, amount: int) -> int:
        """Take `amount` off one line, as far as it costs something; what was taken."""
        row = self.row(index)
        applied = max(0, min(amount, row.subtotal, self.payable))
        row.discount += applied
        row.applied += applied
        self.payable -= applied
        return applied

    def append(self, line: Line) -> int:
        """A new line at the end, still without units; its index. `line` are the facts of its article."""
        index = self.lines_count
        amount = None if line.price is None else 0
        self._rows[index] = Row(quantity=0, price=line.price, amount=amount, discount=0, free=0)
        self.lines_count += 1
        self.added.append(line)
        return index

    def add_units(self, index: int, units: int, value: int) -> None:
        """`units` worth `value` join a line; with negative figures they leave it."""
        row = self.row(index)
        row.quantity += units
        row.applied_quantity += units
        if row.amount is not None:
            row.amount += value
            row.applied_amount += value
            self._amount = (self._amount or 0) + value
            self.payable += value

    def make_free(self, index: int, units: int, value: int) -> None:
        """`units` of a line, which cost `value`, become free ones."""
        row = self.row(index)
        row.free += units
        row.applied_free += units
        self.take_line(index, value)

    @property
    def taken(self) -> int:
        """All that the step has taken off so far."""
        return self.from_order + sum(row.applied for row in self._rows.values())

    @property
    def has_changed(self) -> bool:
        """Has any money or unit moved?"""
        return self.from_order > 0 or any(
            row.applied or row.applied_free or row.applied_quantity for row in self._rows.values()
        )

    def close(self) -> OrderState | None:
        """The order after the step; `applied_*` show the step."""
        order = self._order
        if order is None:
            return None
        rows = self._rows
        lines = [
            _closed(line, rows[index]) if index in rows else _rested(line)
            for index, line in enumerate(order.lines)
        ]
        first = len(order.lines)
        lines.extend(_appended(facts, rows[first + number]) for number, facts in enumerate(self.added))
        return totals(
            amount=self._amount,
            initial_amount=order.initial_amount,
            discount_amount=order.discount_amount + self.from_order,
            applied=self.from_order,
            lines=tuple(lines),
        )


def _rested(line: LineState) -> LineState:
    """A line that this step left alone: what an earlier step applied is not shown again."""
    if line.applied_discount_amount or line.applied_discount_quantity or line.applied_quantity:
        row = Row(
            quantity=line.quantity,
            price=line.price,
            amount=line.amount,
            discount=line.discount_amount,
            free=line.discount_quantity,
            details=line.application_details,
        )
        return _closed(line, row)
    return line


def _closed(line: LineState, row: Row) -> LineState:
    # Spelled out, because dataclasses.replace takes twice as long and this runs for every discounted line.
    return LineState(
        quantity=row.quantity,
        initial_quantity=line.initial_quantity,
        price=row.price,
        amount=row.amount,
        initial_amount=line.initial_amount,
        discount_amount=row.discount,
        applied_discount_amount=row.applied,
        subtotal_amount=None if row.amount is None else row.amount - row.discount,
        discount_quantity=row.free,
        applied_discount_quantity=row.applied_free,
        applied_quantity=row.applied_quantity,
        applied_quantity_amount=row.applied_amount,
        application_details=row.details,
        product_id=line.product_id,
        sku_id=line.sku_id,
        source_id=line.source_id,
        related_object=line.related_object,
    )


def _appended(facts: Line, row: Row) -> LineState:
    return _closed(
        LineState(
            quantity=0,
            initial_quantity=0,
            initial_amount=None if row.amount is None else 0,
            product_id=facts.product_id,
            sku_id=facts.sku_id,
            source_id=facts.source_id,
            related_object=facts.related_object,
        ),
        row,
    )
