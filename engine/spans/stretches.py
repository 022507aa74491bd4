"""Stretches of time, as instants and as whole microseconds since 1970, which compare faster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

type Span = tuple[datetime, datetime | None]
"""From the first instant (inside) to the second (outside), in UTC; None = without an end."""
type Spans = tuple[Span, ...]
"""In order, and apart from each other."""
type Ticks = tuple[int, int]
"""A stretch in microseconds since 1970, half-open."""

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
WEEK: Final = 7 * DAY
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def instant(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


FIRST: Final = ticks(datetime(2, 1, 1, tzinfo=UTC))
LAST: Final = ticks(datetime(9998, 1, 1, tzinfo=UTC))
"""Time begins and ends here: a year from the ends of Python's calendar, where zones can still be asked."""


def ends(span: Ticks) -> int:
    """For `bisect`: stretches in order also end in order."""
    return span[1]


def joined(stretches: Iterable[Ticks]) -> Iterator[Ticks]:
    """The same time, with stretches that touch made one. They come in order."""
    held: Ticks | None = None
    for start, end in stretches:
        if held is None:
            held = (start, end)
        elif start <= held[1]:
            held = (held[0], max(end, held[1]))
        else:
            yield held
            held = (start, end)
    if held is not None:
        yield held


def overlapping(left: Iterable[Ticks], right: Iterable[Ticks]) -> Iterator[Ticks]:
    """What lies in both; each of them in order and without overlaps."""
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, None), next(rights, None)
    while one is not None and other is not None:
        start, end = max(one[0], other[0]), min(one[1], other[1])
        if start < end:
            yield start, end
        if one[1] <= other[1]:
            one = next(lefts, None)
        else:
            other = next(rights, None)


def common(*sides: Spans) -> Spans:
    """When all of them are open; of none: always, from the first instant of the calendar on.

    common(((1st, 3rd),), ((2nd, None),)) -> ((2nd, 3rd),)
    """
    found: Iterable[Ticks] = ((FIRST, LAST),)
    for side in sides:
        found = overlapping(found, [_ticks_of(span) for span in side])
    return tuple(span_of(stretch) for stretch in found)


def span_of(stretch: Ticks) -> Span:
    return instant(stretch[0]), None if stretch[1] >= LAST else instant(stretch[1])


def _ticks_of(span: Span) -> Ticks:
    return ticks(span[0]), LAST if span[1] is None else ticks(span[1])
