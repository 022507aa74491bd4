"""Sets of whole numbers from 0 on, and whether "there is none" belongs to them: amounts, units, counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.rules.tree import Condition, Operator
from engine.rules.values import number

TOP: Final = 10**15
"""Amounts and quantities end here."""

type Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """`spans` are sorted, apart, both ends included. `missing`: no figure at all will do, too."""

    spans: tuple[Span, ...]
    missing: bool = False

    def __and__(self, other: Figures) -> Figures:
        if self is other or other is ANY:
            return self
        if self is ANY:
            return other
        found = [
            (max(low, least), min(high, most))
            for low, high in self.spans
            for least, most in other.spans
            if max(low, least) <= min(high, most)
        ]
        return Figures(tuple(found), self.missing and other.missing)

    def __contains__(self, figure: int | None) -> bool:
        if figure is None:
            return self.missing
        return any(low <= figure <= high for low, high in self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans) or self.missing

    @property
    def low(self) -> int:
        """The smallest; 0 where none will do, too."""
        return 0 if self.missing or not self.spans else self.spans[0][0]

    @property
    def high(self) -> int:
        return self.spans[-1][1] if self.spans else 0

    def inverted(self) -> Figures:
        """All that is not in it."""
        found, start = [], 0
        for low, high in self.spans:
            if start < low:
                found.append((start, low - 1))
            start = high + 1
        if start <= TOP:
            found.append((start, TOP))
        return Figures(tuple(found), not self.missing)

    def joined(self, other: Figures) -> Figures:
        """All that is in either."""
        return (self.inverted() & other.inverted()).inverted()

    def minus(self, figure: int) -> Figures:
        """Those that give one of these when `figure` is added."""
        moved = [(max(0, low - figure), high - figure) for low, high in self.spans if high >= figure]
        return Figures(tuple(moved), self.missing)

    def from_(self, figure: int) -> int | None:
        """The smallest that is at least `figure`."""
        for low, high in self.spans:
            if high >= figure:
                return max(low, figure)
        return None

    def until(self, figure: int) -> int | None:
        """The largest that is at most `figure`."""
        for low, high in reversed(self.spans):
            if low <= figure:
                return min(high, figure)
        return None

    def near(self, figure: int) -> int | None:
        """The one next to `figure`; None when there is none."""
        above, below = self.from_(figure), self.until(figure)
        if above is None or below is None:
            return below if above is None else above
        return above if above - figure <= figure - below else below


ANY: Final = Figures(((0, TOP),), True)
KNOWN: Final = Figures(((0, TOP),))
SOME: Final = Figures(((1, TOP),))
NONE: Final = Figures(())
UNKNOWN: Final = Figures((), True)


def at_least(figure: int) -> Figures:
    return Figures(((max(0, figure), TOP),)) if figure <= TOP else NONE


def at_most(figure: int) -> Figures:
    return Figures(((0, min(figure, TOP)),)) if figure >= 0 else NONE


@lru_cache(maxsize=4096)
def of(conditions: tuple[Condition, ...]) -> Figures:
    """The figures that meet all of them."""
    found = ANY
    for condition in conditions:
        found = found & _of(condition)
    return found


def _of(condition: Condition) -> Figures:
    operands = [figure for operand in condition.operands if (figure := number(operand)) is not None]
    match condition.operator:
        case Operator.IS | Operator.IN:
            return _only(int(one) for one in operands if one == int(one))
        case Operator.IS_NOT | Operator.NOT_IN:
            return _only(int(one) for one in operands if one == int(one)).inverted()
        case Operator.MORE_THAN:
            return at_least(operands[0].__floor__() + 1)
        case Operator.MORE_THAN_OR_EQUAL:
            return at_least(operands[0].__ceil__())
        case Operator.LESS_THAN:
            return at_most(operands[0].__ceil__() - 1)
        case Operator.LESS_THAN_OR_EQUAL:
            return at_most(operands[0].__floor__())
        case Operator.HAS_VALUE:
            return KNOWN
        case Operator.IS_UNKNOWN:
            return Figures((), True)
        case Operator.COUNT:
            return _only(int(one) for one in operands if one == int(one))
        case Operator.COUNT_MORE:
            return at_least(operands[0].__floor__() + 1)
        case Operator.COUNT_LESS:
            return at_most(operands[0].__ceil__() - 1)
    return NONE


def _only(figures: Iterable[int]) -> Figures:
    return Figures(tuple((one, one) for one in sorted({one for one in figures if 0 <= one <= TOP})))
