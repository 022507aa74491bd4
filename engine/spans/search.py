"""All openings of one validity, the first moment common to several. Contract: time, section 12.

Agrees with `timeframes.is_open` and the start and end dates at every instant.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Final

from engine.spans.plan import Plan, plan_of, together
from engine.spans.rhythms import can_meet, seconds_of
from engine.spans.stretches import DAY, FIRST, LAST, Span, Spans, Ticks, instant, joined, span_of, ticks
from engine.validity import Validity

_PATIENCE: Final = 50_000
"""Leaps from opening to opening; real promotions need some hundred a year."""
_AHEAD: Final = 400 * DAY


class Unsettled(ArithmeticError):
    """Three or more timeframes of seconds follow each other so fast that the search was given up."""


def openings(
    validity: Validity, zone: tzinfo, *, since: datetime, until: datetime, most: int = 10_000
) -> Spans:
    """When it is open within [since, until), clipped to it; openings that touch are one.

    The list stops after `most`: a window every two seconds comes 16 million times a year.
    """
    return _listed(plan_of(validity, zone), ticks(since), ticks(until), most)


def drawn(validity: Validity, zone: tzinfo, *, since: datetime, until: datetime, most: int = 400) -> Spans:
    """Like `openings`, for a picture of `most` columns: finer pieces than that run together."""
    start, end = max(ticks(since), FIRST), min(ticks(until), LAST)
    column = max(1, (end - start) // most)
    plan = plan_of(validity, zone)
    found: list[Ticks] = []
    while (opening := _opening(plan, start, end)) is not None:
        start = max(opening[1], min(opening[0] + column, end))
        found.append((opening[0], start))
    return tuple(span_of(stretch) for stretch in joined(found))


def touched(validity: Validity, zone: tzinfo, edges: Sequence[datetime]) -> tuple[int, ...]:
    """On which of the days between neighbouring `edges` it is open for a moment at least, by their place.

    edges at three midnights, open on the second day -> (1,)
    """
    return _touched(validity, zone, tuple(edges))


@lru_cache(maxsize=4096)
def _touched(validity: Validity, zone: tzinfo, edges: tuple[datetime, ...]) -> tuple[int, ...]:
    plan, marks = plan_of(validity, zone), _marks(edges)
    found: list[int] = []
    at = marks[0]
    while (opening := _opening(plan, at, marks[-1])) is not None:
        following = bisect_left(marks, opening[1])
        found.extend(range(bisect_right(marks, opening[0]) - 1, following))
        at = marks[following]
    return tuple(found)


@lru_cache(maxsize=64)
def _marks(edges: tuple[datetime, ...]) -> tuple[int, ...]:
    return tuple(ticks(edge) for edge in edges)


def first_common(
    validities: Iterable[tuple[Validity, tzinfo]], *, since: datetime, until: datetime
) -> datetime | None:
    """The first instant in [since, until) at which all are open, each by the clock of its own zone.

    Leaps from opening to opening and stops at the first. :raises Unsettled:
    """
    plan = together(plan_of(validity, zone) for validity, zone in validities)
    found = first_of(plan, ticks(since), ticks(until))
    return None if found is None else instant(found)


def first_of(plan: Plan, since: int, until: int) -> int | None:
    """`first_common`, in microseconds. Two timeframes of seconds that never meet are not waited for."""
    beats = [beat for frame in plan.windows if (beat := seconds_of(frame)) is not None]
    if any(not can_meet(one, other) for place, one in enumerate(beats) for other in beats[:place]):
        return None
    opening = _opening(plan, since, until)
    return None if opening is None else opening[0]


def next_window(validity: Validity, zone: tzinfo, now: datetime) -> Span | None:
    """The opening that runs at `now` (from `now` on) or comes next; None: there is none within 400 days of
    `now` or, if that is later, of the start date.

    Its end is None where it stays open for longer than that.
    """
    plan = plan_of(validity, zone)
    since = max(ticks(now), plan.start)
    first = _opening(plan, since, since + _AHEAD)
    if first is None:
        return None
    until = first[0] + _AHEAD
    opening = next(joined(_walk(plan, first[0], until)))
    return span_of((opening[0], LAST if opening[1] >= until else opening[1]))


def _listed(plan: Plan, since: int, until: int, most: int) -> Spans:
    return tuple(span_of(stretch) for stretch in islice(joined(_walk(plan, since, until)), most))


def _walk(plan: Plan, since: int, until: int) -> Iterator[Ticks]:
    """The openings in order, perhaps in several parts that touch. :raises Unsettled:"""
    while (opening := _opening(plan, since, until)) is not None:
        yield opening
        since = opening[1]


def _opening(plan: Plan, since: int, until: int) -> Ticks | None:
    """The first one in [since, until): from the latest start of all limits, if none of them is over then;
    else it is looked for from there on. :raises Unsettled:
    """
    if plan.is_closed:
        return None
    at, last = max(since, plan.start), min(until, plan.end)
    for _ in range(_PATIENCE):
        if at >= last:
            return None
        closes = last
        for source in plan.sources:
            opening = source.after(at)
            if opening is None:
                return None
            at, closes = max(at, opening[0]), min(closes, opening[1])
        if at < closes:
            return at, closes
    raise Unsettled("These windows follow each other too fast to say when they meet.")
