"""Where a formula reads its facts: one candidate's situation, for item discounts on one of its lines."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.basket import LineState, OrderState
from engine.formula.errors import NoValue

if TYPE_CHECKING:
    # The effects, which a snapshot holds, read formulas: importing it here would be a circle.
    from engine.situation import Situation


class Scope:
    """What operands mean here. `line_index` names the line that `ORDER_ITEM_...` is about, None = no line."""

    __slots__ = ("_extremes", "line_index", "situation")

    def __init__(self, situation: Situation, line_index: int | None = None) -> None:
        self.situation = situation
        self.line_index = line_index
        self._extremes: dict[bool, int] = {}

    def at_line(self, line_index: int) -> Scope:
        """The same facts on another line, without looking for the cheapest line again."""
        scope = Scope(self.situation, line_index)
        scope._extremes = self._extremes
        return scope

    @property
    def order(self) -> OrderState:
        """The running order at the candidate's turn. :raises NoValue: no order was sent."""
        if self.situation.before is None:
            raise NoValue("there is no order")
        return self.situation.before

    @property
    def own_line(self) -> int:
        """:raises NoValue: the formula is not evaluated for a line."""
        if self.line_index is None or self.line_index >= len(self.order.lines):
            raise NoValue("there is no line")
        return self.line_index

    def cheapest(self) -> int:
        """Index of the line with the lowest unit price. :raises NoValue: no line has a price."""
        return self._extreme(is_dearest=False)

    def dearest(self) -> int:
        """Index of the line with the highest unit price. :raises NoValue: no line has a price."""
        return self._extreme(is_dearest=True)

    def _extreme(self, *, is_dearest: bool) -> int:
        """Ties: the lowest subtotal, then the first line (contract 5.10)."""
        if is_dearest not in self._extremes:
            lines = self.order.lines
            prices = [
                (price, index) for index, line in enumerate(lines) if (price := unit_price(line)) is not None
            ]
            if not prices:
                raise NoValue("no line has a price")
            wanted = (max(prices) if is_dearest else min(prices))[0]
            ties = [index for price, index in prices if price == wanted]
            self._extremes[is_dearest] = min(ties, key=lambda index: lines[index].subtotal_amount or 0)
        return self._extremes[is_dearest]


def unit_price(line: LineState) -> int | Fraction | None:
    """Minor units; of a line without a price its share of the amount, None without either."""
    if line.price is not None:
        return line.price
    if line.amount is None or not line.quantity:
        return None
    return Fraction(line.amount, line.quantity)


def major(amount: int | None) -> Decimal:
    """Minor units as formulas count money: 12345 -> 123.45. :raises NoValue: there is no amount."""
    if amount is None:
        raise NoValue("there is no amount")
    return Decimal(amount).scaleb(-2)
