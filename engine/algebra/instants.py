"""When: the stretches in which conditions on the time of redemption hold, within given ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import combinations
from typing import Final

from engine import spans
from engine.algebra.literals import Ask
from engine.rules.tree import Condition, Operator
from engine.rules.values import Moment, midnight, stated
from engine.rules.windows import WINDOWS, windows
from engine.spans import Spans

_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
_HORIZON: Final = timedelta(days=800)
_MOST: Final = 3_000
_NOON: Final = 12

type Edges = tuple[datetime, datetime | None]


def within(openings: Spans, asks: Sequence[Ask], zone: tzinfo) -> tuple[Spans, bool]:
    """The parts of `openings` in which all asks hold, and whether these are all that there are."""
    if not asks or not openings:
        return openings, True
    since = openings[0][0]
    last = openings[-1][1]
    until = since + _HORIZON if last is None else min(last, since + _HORIZON)
    found, is_whole = openings, True
    for ask in asks:
        own, is_listed = _spans_of(ask.condition, zone, since, until)
        if ask.condition.operator in WINDOWS:
            is_whole = is_whole and is_listed and last is not None and until == last
        found = spans.common(found, own if ask.positive else _rest(own))
    return found, is_whole


def never_together(asks: Sequence[Ask], zone: tzinfo) -> bool:
    """A proof, for all time, that two of the asks keep their windows apart; False proves nothing."""
    recurring = [ask for ask in asks if ask.positive and ask.condition.operator in WINDOWS]
    return any(
        all(
            spans.never_meet(one, other, zone)
            for one in windows(left.condition.operator, left.condition.operands, zone)
            for other in windows(right.condition.operator, right.condition.operands, zone)
        )
        for left, right in combinations(recurring, 2)
    )


def chosen(found: Spans, zone: tzinfo) -> datetime:
    """An instant that people understand: noon of the first day if that is open, else the first instant."""
    start, end = found[0]
    local = start.astimezone(zone)
    noon = local.replace(hour=_NOON, minute=0, second=0, microsecond=0).astimezone(UTC)
    is_inside = noon >= start and (end is None or noon < end)
    return noon if is_inside else start.astimezone(UTC)


@lru_cache(maxsize=2048)
def _spans_of(condition: Condition, zone: tzinfo, since: datetime, until: datetime) -> tuple[Spans, bool]:
    """When the condition holds; of windows those that meet [since, until), False = too many to list."""
    operator = condition.operator
    if operator in WINDOWS:
        listed = [
            spans.openings(window, zone, since=since, until=until, most=_MOST)
            for window in windows(operator, condition.operands, zone)
        ]
        return _union([span for one in listed for span in one]), all(len(one) < _MOST for one in listed)
    moments = [
        found
        for operand in condition.operands
        if isinstance(operand, str) and (found := stated(operand, zone)) is not None
    ]
    if operator in (Operator.IS, Operator.IN):
        return _union([_exactly(one, zone) for one in moments]), True
    if operator in (Operator.IS_NOT, Operator.NOT_IN):
        return _rest(_union([_exactly(one, zone) for one in moments])), True
    if not moments:
        return (), True
    start, end = _exactly(moments[0], zone)
    match operator:
        case Operator.AFTER | Operator.MORE_THAN:
            return (((end, None),) if end is not None else ()), True
        case Operator.MORE_THAN_OR_EQUAL:
            return ((start, None),), True
        case Operator.BEFORE | Operator.LESS_THAN:
            return ((_FIRST, start),), True
        case Operator.LESS_THAN_OR_EQUAL:
            return ((_FIRST, end),), True
    return (), True


def _exactly(moment: Moment, zone: tzinfo) -> Edges:
    """The day, or the instant."""
    try:
        end = midnight(moment.day + _DAY, zone) if moment.is_day else moment.at + _TICK
    except OverflowError:
        return (moment.at, None)
    return (moment.at, end)


def _union(found: Sequence[Edges]) -> Spans:
    merged: list[Edges] = []
    for start, end in sorted(found, key=lambda span: span[0]):
        if merged and (merged[-1][1] is None or start <= merged[-1][1]):
            last = merged[-1][1]
            end = None if last is None or end is None else max(last, end)
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def _rest(found: Spans) -> Spans:
    """All the other time."""
    rest: list[Edges] = []
    start = _FIRST
    for begin, end in found:
        if start < begin:
            rest.append((start, begin))
        if end is None:
            return tuple(rest)
        start = end
    return (*rest, (start, None))
