"""The next instant at which the conditions of a rule about the time of redemption hold. Contract: 12."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from engine.rules.operators import Clock, test
from engine.rules.tree import Condition, Operator
from engine.rules.values import Moment, midnight, stated
from engine.rules.windows import windows
from engine.timeframes import next_opening
from engine.validity import Validity

_TICK = timedelta(microseconds=1)
_LOWER = (Operator.AFTER, Operator.MORE_THAN, Operator.MORE_THAN_OR_EQUAL)


def next_hold(conditions: Sequence[Condition], clock: Clock) -> datetime | None:
    """None when there is none within the engine's look-ahead, or when it cannot be told.

    The answer is checked against the conditions themselves, so it is never wrong.
    """
    try:
        found = [start for span in _spans(conditions, clock) if (start := _opening(conditions, span, clock))]
        sure = [start for start in found if all(test(condition, start, clock) for condition in conditions)]
    except (ValueError, OverflowError):
        return None
    return min(sure, default=None)


def _opening(
    conditions: Sequence[Condition], span: tuple[datetime | None, datetime | None], clock: Clock
) -> datetime | None:
    """Weekdays, hours and a timeframe together, between the ends of one span."""
    window = Validity(ends_at=span[1])
    for condition in conditions:
        if condition.operator in (
            Operator.TIMEFRAME,
            Operator.TIMEFRAME_DAILY_HOURS,
            Operator.DAY_OF_WEEK,
        ):
            window = _joined(window, windows(condition.operator, condition.operands, clock.zone)[0])
    bounds = [_first(condition, clock.zone) for condition in conditions if condition.operator in _LOWER]
    earliest = max(clock.now, *(bound for bound in (span[0], *bounds) if bound is not None), clock.now)
    return next_opening(window, earliest, clock.zone)


def _joined(left: Validity, right: Validity) -> Validity:
    return Validity(
        starts_at=right.starts_at or left.starts_at,
        ends_at=left.ends_at,
        timeframe=right.timeframe or left.timeframe,
        days_of_week=right.days_of_week or left.days_of_week,
        daily_hours=right.daily_hours or left.daily_hours,
    )


def _spans(conditions: Sequence[Condition], clock: Clock) -> list[tuple[datetime | None, datetime | None]]:
    """From when to when: absolute windows and named days; without any, always."""
    spans: list[tuple[datetime | None, datetime | None]] = []
    for condition in conditions:
        if condition.operator is Operator.TIMEFRAME_ABSOLUTE:
            found = windows(condition.operator, condition.operands, clock.zone)
            spans += [(window.starts_at, window.ends_at) for window in found]
        elif condition.operator in (Operator.IS, Operator.IN):
            moments = [
                stated(operand, clock.zone) for operand in condition.operands if isinstance(operand, str)
            ]
            spans += [(moment.at, _end(moment, clock.zone)) for moment in moments if moment is not None]
    return spans or [(None, None)]


def _first(condition: Condition, zone: tzinfo) -> datetime | None:
    """The first instant that a lower bound allows."""
    operand = condition.operands[0]
    found = stated(operand, zone) if isinstance(operand, str) else None
    if found is None:
        return None
    if condition.operator is Operator.MORE_THAN_OR_EQUAL:
        return found.at
    return _end(found, zone)


def _end(found: Moment, zone: tzinfo) -> datetime:
    return midnight(found.day + timedelta(days=1), zone) if found.is_day else found.at + _TICK
