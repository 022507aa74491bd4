"""Where on the line of whole numbers an answer stays what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.rules.values import Number


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Whole numbers from `lowest` to `highest`, both inside; None = without an end."""

    lowest: int | None = None
    highest: int | None = None

    def __and__(self, other: Interval) -> Interval:
        """What lies in both."""
        lows = [one for one in (self.lowest, other.lowest) if one is not None]
        highs = [one for one in (self.highest, other.highest) if one is not None]
        return Interval(lowest=max(lows, default=None), highest=min(highs, default=None))


def steady_around(actual: int, points: Iterable[Number], answer: Callable[[int], object]) -> Interval:
    """The widest interval around `actual` with the same `answer`, which changes only at `points`, or right
    behind them.

    at 9, points (10,), answer x <= 10 -> lowest None, highest 10
    """
    starts = sorted({start for point in points for start in (point.__ceil__(), point.__floor__() + 1)})
    here = answer(actual)
    interval = Interval()
    for start in starts:  # those behind `actual`, the nearest first
        if start > actual and answer(start) != here:
            interval = Interval(highest=start - 1)
            break
    for start in reversed(starts):  # a piece ends right before the start of the next
        if start <= actual and answer(start - 1) != here:
            return Interval(lowest=start, highest=interval.highest)
    return interval
