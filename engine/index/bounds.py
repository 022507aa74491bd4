"""How much a deal can take off an order at most: so the search for the best price skips whole blocks."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from engine.index.facts import Facts

PERCENT_SCALE: Final = 10**8
"""Percentages have six decimals: the figure of a percent deal is percent * 10**6, so 100 % is this."""

UNBOUNDED: Final = 10**18


class By(StrEnum):
    """What the figure of a deal means."""

    PERCENT = "percent"
    SUM = "sum"
    PER_LINE = "per line"
    PER_UNIT = "per unit"
    PAYABLE = "payable"
    """No figure: as much as there is to pay."""
    ANYTHING = "anything"
    """Free units bring their own value, so not even that is a bound."""


class Over(StrEnum):
    """What part of the order the deal is about."""

    ORDER = "order"
    LINES = "lines"
    WORD = "word"
    """The lines with one word: a collection, or an article with one name."""
    PAIR = "pair"
    """The lines with one of two words: an article with our id and the shop's."""


class Bound(NamedTuple):
    by: By
    over: Over

    def most(self, figure: int, facts: Facts) -> int:
        """No deal of this bound with at most this figure takes more off the order."""
        if self.by is By.ANYTHING or not facts.contents.is_plain:
            return UNBOUNDED
        return min(facts.contents.payable, self._most(figure, facts))

    def _most(self, figure: int, facts: Facts) -> int:
        if self.by is By.PAYABLE:
            return UNBOUNDED
        if self.by is By.SUM:
            return figure
        extent = facts.extents[self.over]
        if self.by is By.PERCENT:
            # Each line, or the order, may be rounded up by half a unit.
            return extent.value * figure // PERCENT_SCALE + extent.lines
        return min(extent.value, figure * (extent.units if self.by is By.PER_UNIT else extent.lines))


OF_ORDER: Final = Bound(By.PERCENT, Over.ORDER)
SUM: Final = Bound(By.SUM, Over.ORDER)
PAYABLE: Final = Bound(By.PAYABLE, Over.ORDER)
ANYTHING: Final = Bound(By.ANYTHING, Over.ORDER)
