"""The order while one step works on it: what is taken, added and made free, within the universal caps.

Contract 5.2: no line discount exceeds what the line still costs, no step exceeds what is still payable, in
the order of the calls. Only touched lines cost anything; quantities are numbers, never lists of units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.basket import ApplicationDetail, Line, LineState, OrderState, totals
from engine.line_states import discounted, moved


@dataclass(kw_only=True, slots=True)
class Row:
    """One line whose units move; `applied*` belong to the step, the others are cumulative."""

    quantity: int
    price: int | None
    amount: int | None
    free: int = 0
    applied_free: int = 0
    applied_quantity: int = 0
    applied_amount: int = 0
    details: tuple[ApplicationDetail, ...] = ()


class Draft:
    """`payable` is what is left to pay at this moment, 0 without an order or an amount.

    `added` are the facts of appended lines, `from_order` what was taken off the order as a whole; `room` is
    what may still be taken, None = no cap.
    """

    __slots__ = ("_amount", "_lines", "_order", "_rows", "_taken", "added", "from_order", "payable", "room")

    def __init__(self, order: OrderState | None, room: int | None = None) -> None:
        self._order: Final = order
        self._lines: Final = () if order is None else order.lines
        self._amount = None if order is None else order.amount
        self._taken: Final[dict[int, int]] = {}
        self._rows: Final[dict[int, Row]] = {}
        self.payable = 0 if order is None else order.total_amount or 0
        self.from_order = 0
        self.room = room
        self.added: Final[list[Line]] = []

    @property
    def lines_count(self) -> int:
        """With the appended ones."""
        return len(self._lines) + len(self.added)

    def row(self, index: int) -> Row:
        """The units of a line as they are now; asking for them makes it a line whose units move."""
        row = self._rows.get(index)
        if row is None:
            line = self._lines[index]
            row = self._rows[index] = Row(
                quantity=line.quantity,
                price=line.price,
                amount=line.amount,
                free=line.discount_quantity,
                details=line.application_details,
            )
        return row

    def subtotal(self, index: int) -> int:
        """What a line still costs."""
        already = self._taken.get(index, 0)
        if index in self._rows:
            amount = self._rows[index].amount
            earlier = self._lines[index].discount_amount if index < len(self._lines) else 0
        else:
            line = self._lines[index]
            amount, earlier = line.amount, line.discount_amount
        return 0 if amount is None else amount - earlier - already

    def take_order(self, amount: int) -> int:
        """Take `amount` off the whole order, as far as there is something to pay; what was taken."""
        if self.room is not None:
            amount = min(amount, self.room)
        applied = max(0, min(amount, self.payable))
        self.payable -= applied
        if self.room is not None:
            self.room -= applied
        self.from_order += applied
        return applied

    def take_line(self, index: int, amount: int) -> int:
        """Take `amount` off one line, as far as it costs something; what was taken."""
        if self.room is not None:
            amount = min(amount, self.room)
        applied = min(amount, self.subtotal(index), self.payable)
        if applied <= 0:
            return 0
        self._taken[index] = self._taken.get(index, 0) + applied
        self.payable -= applied
        if self.room is not None:
            self.room -= applied
        return applied

    def append(self, line: Line) -> int:
        """A new line at the end, still without units; its index. `line` are the facts of its article."""
        index = self.lines_count
        amount = None if line.price is None else 0
        self._rows[index] = Row(quantity=0, price=line.price, amount=amount)
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
        return self.from_order + sum(self._taken.values())

    @property
    def has_changed(self) -> bool:
        """Has any money or unit moved?"""
        return (
            self.from_order > 0
            or bool(self._taken)
            or any(row.applied_free or row.applied_quantity for row in self._rows.values())
        )

    def close(self) -> OrderState | None:
        """The order after the step; `applied_*` show the step."""
        order = self._order
        if order is None:
            return None
        lines = order.lines
        if self._rows or self._taken or any(map(_has_moved, lines)):
            lines = tuple(self._closed(index, line) for index, line in enumerate(lines))
        if self.added:
            lines += tuple(
                self._closed(len(lines) + number, _opened(facts)) for number, facts in enumerate(self.added)
            )
        return totals(
            amount=self._amount,
            initial_amount=order.initial_amount,
            discount_amount=order.discount_amount + self.from_order,
            applied=self.from_order,
            lines=lines,
        )

    def _closed(self, index: int, line: LineState) -> LineState:
        applied = self._taken.get(index, 0)
        row = self._rows.get(index)
        if row is None:
            # What an earlier step applied to a line is not shown again.
            return discounted(line, applied) if applied or _has_moved(line) else line
        return moved(
            line,
            discount=line.discount_amount + applied,
            applied=applied,
            quantity=row.quantity,
            price=row.price,
            amount=row.amount,
            free=row.free,
            applied_free=row.applied_free,
            applied_quantity=row.applied_quantity,
            applied_amount=row.applied_amount,
            details=row.details,
        )


def _has_moved(line: LineState) -> bool:
    return bool(line.applied_discount_amount or line.applied_discount_quantity or line.applied_quantity)


def _opened(facts: Line) -> LineState:
    """An appended line before its first unit."""
    return LineState(
        quantity=0,
        initial_quantity=0,
        initial_amount=None if facts.price is None else 0,
        product_id=facts.product_id,
        sku_id=facts.sku_id,
        source_id=facts.source_id,
        related_object=facts.related_object,
    )
