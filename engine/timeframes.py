"""Recurring windows: open now, and when next? Contract: time, section 12.

Everything is judged in the time zone of the project. Windows are half-open. Of an hour that comes twice (end
of summer time) both passes count; an hour that the zone skips never comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo

from engine.durations import Duration, shift
from engine.validity import Validity

_LOOKAHEAD = 60
"""Days and windows that `next_opening` looks through before it gives up."""


def is_open(validity: Validity, now: datetime, zone: tzinfo) -> bool:
    """All recurring limits that are set hold at `now`; the start and end dates are not judged here.

    A timeframe without a start date has nothing to count from and is closed.
    """
    local = now.astimezone(zone)
    return _in_timeframe(validity, now, zone) and _on_day(validity, local) and _in_hours(validity, local)


def next_opening(validity: Validity, after: datetime, zone: tzinfo) -> datetime | None:
    """First instant from `after` on at which everything holds and the end date is not reached, in UTC.

    None when there is none within the next 60 days and windows.
    """
    earliest = after if validity.starts_at is None else max(after, validity.starts_at)
    edges = {earliest, *_day_edges(validity, earliest, zone), *_window_starts(validity, earliest, zone)}
    for edge in sorted(edges):
        if validity.ends_at is not None and edge >= validity.ends_at:
            return None
        if edge >= earliest and is_open(validity, edge, zone):
            return edge.astimezone(UTC)
    return None


def _in_timeframe(validity: Validity, now: datetime, zone: tzinfo) -> bool:
    if validity.timeframe is None:
        return True
    if validity.starts_at is None or now < validity.starts_at:
        return False
    interval = validity.timeframe.interval
    latest = shift(
        validity.starts_at, interval, _window_number(validity.starts_at, interval, now, zone), zone
    )
    return now < shift(latest, validity.timeframe.duration, 1, zone)


def _on_day(validity: Validity, local: datetime) -> bool:
    return validity.days_of_week is None or _weekday(local) in validity.days_of_week


def _in_hours(validity: Validity, local: datetime) -> bool:
    if validity.daily_hours is None:
        return True
    wall = local.time()
    return any(
        _weekday(local) in hours.days_of_week
        and hours.start_time <= wall
        and (hours.expiration_time is None or wall < hours.expiration_time)
        for hours in validity.daily_hours
    )


def _weekday(local: datetime) -> int:
    """0 = Sunday, as on the wire."""
    return local.isoweekday() % 7


def _window_number(start: datetime, interval: Duration, now: datetime, zone: tzinfo) -> int:
    """The last k whose window has begun, by bisection: months and DST days have no fixed length."""
    low, high = 0, (now - start) // interval.shortest + 3
    while high - low > 1:
        middle = (low + high) // 2
        if shift(start, interval, middle, zone) <= now:
            low = middle
        else:
            high = middle
    return low


def _window_starts(validity: Validity, after: datetime, zone: tzinfo) -> Iterator[datetime]:
    if validity.timeframe is None or validity.starts_at is None:
        return
    interval = validity.timeframe.interval
    first = _window_number(validity.starts_at, interval, after, zone)
    for number in range(first, first + _LOOKAHEAD):
        yield shift(validity.starts_at, interval, number, zone)


def _day_edges(validity: Validity, after: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The instants of the coming days at which a weekday or daily hours may open."""
    times = {time(0), *(hours.start_time for hours in validity.daily_hours or ())}
    today = after.astimezone(zone).date()
    for ahead in range(_LOOKAHEAD):
        for wall in times:
            yield from _instants(datetime.combine(today + timedelta(days=ahead), wall, zone))


def _instants(wall: datetime) -> tuple[datetime, ...]:
    """When `wall` happens: once, twice, or (skipped by the zone) when the clock jumps over it."""
    first = wall.replace(fold=0).astimezone(UTC)
    second = wall.replace(fold=1).astimezone(UTC)
    if first <= second:
        return (first, second)
    zone = wall.tzinfo
    before, jump = second, first
    while jump - before > timedelta(microseconds=1):
        middle = before + (jump - before) // 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            jump = middle
    return (jump,)
