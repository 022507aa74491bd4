"""What the clocks of a time zone do: the stretches between two changes, in which they go steadily."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final

from engine.spans.stretches import DAY, FIRST, LAST, WEEK, instant, ticks

type Piece = tuple[int, int, int]
"""Start, end, and how far the clock on the wall is ahead of UTC meanwhile; all in microseconds."""

_BLOCK: Final = 366 * DAY
_KNOWN: Final = (ticks(datetime(2000, 1, 1, tzinfo=UTC)), ticks(datetime(2100, 1, 1, tzinfo=UTC)))
"""What a zone did and will do in this century, says what it can do: later years repeat the last rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """How a zone may set its clocks: `lowest` and `highest` offset, and the times of day that a change skips
    or brings twice (as stretches of the line of wall time that begin on one day)."""

    lowest: int
    highest: int
    unsteady: frozenset[tuple[int, int]]

    @property
    def spread(self) -> int:
        return self.highest - self.lowest

    def is_steady(self, wall: int) -> bool:
        """Does this time of day come exactly once on every day?"""
        return not any((wall - start) % DAY < length for start, length in self.unsteady)


def piece_at(zone: tzinfo, at: int) -> Piece | None:
    """The piece with `at` in it; None: before or after all time."""
    if not FIRST <= at < LAST:
        return None
    return next(piece for piece in _block(zone, at // _BLOCK) if piece[1] > at)


@lru_cache(maxsize=128)
def habits(zone: tzinfo) -> Habits:
    known = _steady(zone, *_KNOWN, step=WEEK)
    offsets = [offset for _, _, offset in known]
    unsteady = {
        ((start + min(before, after)) % DAY, abs(after - before))
        for (_, _, before), (start, _, after) in zip(known, known[1:], strict=False)
        if before != after
    }
    return Habits(lowest=min(offsets), highest=max(offsets), unsteady=frozenset(unsteady))


@lru_cache(maxsize=1024)
def _block(zone: tzinfo, number: int) -> tuple[Piece, ...]:
    start, end = max(number * _BLOCK, FIRST), min((number + 1) * _BLOCK, LAST)
    return _steady(zone, start, end, step=DAY)


def _steady(zone: tzinfo, start: int, end: int, *, step: int) -> tuple[Piece, ...]:
    """The pieces of [start, end): the clock is asked every `step`, changes in between are searched for."""
    found: list[Piece] = []
    offset, asked = _offset(zone, start), start
    for probe in (*range(start + step, end, step), end):
        while _offset(zone, probe) != offset:
            change = _first_change(zone, asked, probe, offset)
            found.append((start, change, offset))
            start = asked = change
            offset = _offset(zone, change)
        asked = probe
    if start < end:
        found.append((start, end, offset))
    return tuple(found)


def _first_change(zone: tzinfo, low: int, high: int, offset: int) -> int:
    moments = range(low, high)
    return low + bisect_left(moments, True, key=lambda moment: _offset(zone, moment) != offset)


def _offset(zone: tzinfo, at: int) -> int:
    moment = instant(at)
    return ticks(moment.astimezone(zone).replace(tzinfo=UTC)) - at
