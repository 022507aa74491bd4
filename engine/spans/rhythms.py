"""Recurring openings as bars that repeat, to prove that some of them never meet, however long one waits.

A bar is drawn at least as long as any real opening: bars that never touch are a proof, bars that do are not.
Bars of days and months lie on the line of the clock on the wall; of one zone these are compared as they are.
Bars of seconds lie on the line of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from enum import Enum
from math import gcd

from engine.durations import Duration
from engine.spans.stretches import DAY, SECOND, WEEK, ticks
from engine.spans.weekly import Weekly
from engine.spans.windows import Windows
from engine.spans.zones import Habits, habits

_SUNDAY = 3 * DAY
"""The first one of 1970, on the line of the wall."""


class Unit(Enum):
    SECONDS = "seconds"
    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """Bars that begin at `begins` (at the latest `slack` later) and last `lasts`, all in microseconds, and
    come again every `every`: microseconds (SECONDS, DAYS) or months, counted in `month` since the year 0."""

    unit: Unit
    begins: int
    lasts: int
    every: int
    month: int = 0
    slack: int = 0
    zone: tzinfo | None = None


def of_week(week: Weekly) -> tuple[Rhythm, ...]:
    return tuple(
        Rhythm(unit=Unit.DAYS, begins=_SUNDAY + start, lasts=end - start, every=WEEK, zone=week.zone)
        for start, end in week.week
    )


def of_windows(windows: Windows) -> tuple[Rhythm, ...]:
    """None (an empty tuple) for an interval that mixes its units, such as "P1DT1H": nothing can be proved."""
    beat = seconds_of(windows)
    if beat is not None:
        return (beat,)
    interval, zone = windows.timeframe.interval, windows.zone
    if interval.seconds or (interval.months and interval.days):
        return ()
    wall = windows.starts_at.astimezone(zone).replace(tzinfo=UTC)
    begins, lasts = _on_the_wall(ticks(wall), windows.timeframe.duration, habits(zone))
    if interval.days:
        every = interval.days * DAY
        return (Rhythm(unit=Unit.DAYS, begins=begins, lasts=lasts, every=every, zone=zone),)
    month = ticks(wall.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    return (
        Rhythm(
            unit=Unit.MONTHS,
            begins=begins - month - max(0, wall.day - 28) * DAY,  # a month may lack its last days
            slack=max(0, wall.day - 28) * DAY,
            lasts=lasts,
            every=interval.months,
            month=wall.year * 12 + wall.month,
            zone=zone,
        ),
    )


def seconds_of(windows: Windows) -> Rhythm | None:
    """Windows whose interval is elapsed time, else None."""
    interval, duration = windows.timeframe.interval, windows.timeframe.duration
    if interval.months or interval.days:
        return None
    lasts = _at_most(duration)
    if duration.months or duration.days:
        lasts += habits(windows.zone).spread
    return Rhythm(unit=Unit.SECONDS, begins=windows.first, lasts=lasts, every=interval.seconds * SECOND)


def can_meet(one: Rhythm, other: Rhythm) -> bool:
    """False is a proof that no bar of the one ever touches a bar of the other."""
    if (one.unit is Unit.SECONDS) != (other.unit is Unit.SECONDS):
        return True
    if one.zone != other.zone:
        one, other = _in_utc(one), _in_utc(other)
    if one.unit is Unit.MONTHS and other.unit is Unit.MONTHS:
        return _months_meet(one, other)
    every = gcd(_whole_days(one), _whole_days(other))
    later = (other.begins - one.begins) % every
    return later < one.lasts or every - later < other.lasts


def _whole_days(rhythm: Rhythm) -> int:
    """Of months only the time of day is kept, where they are held against days."""
    return DAY if rhythm.unit is Unit.MONTHS else rhythm.every


def _months_meet(one: Rhythm, other: Rhythm) -> bool:
    """Month by month around one bar: a month has 28 to 31 days."""
    step = gcd(one.every, other.every)
    near = max(one.lasts + one.slack, other.lasts + other.slack) // (28 * DAY) + 3
    first = (other.month - one.month) % step
    for months in range(first - step * (near // step + 1), near + 1, step):
        shortest, longest = sorted((months * 28 * DAY, months * 31 * DAY))
        apart = other.begins - one.begins
        if apart + shortest < one.lasts + one.slack and apart + longest > -other.lasts - other.slack:
            return True
    return False


def _on_the_wall(begins: int, duration: Duration, habit: Habits) -> tuple[int, int]:
    """Where the bars begin and how long they are on the wall.

    Whole days from a time that no change of the clocks touches: exactly. Else changes may make the wall show
    up to `spread` less than at the start, and push start, end and what lies between later by as much each.
    """
    lasts = _at_most(duration)
    if not duration.seconds and habit.is_steady(begins):
        return begins, lasts
    return begins - habit.spread, lasts + 4 * habit.spread


def _in_utc(rhythm: Rhythm) -> Rhythm:
    """Longer by as much as the offset of the zone varies."""
    if rhythm.zone is None:
        return rhythm
    habit = habits(rhythm.zone)
    return replace(rhythm, begins=rhythm.begins - habit.highest, lasts=rhythm.lasts + habit.spread, zone=None)


def _at_most(duration: Duration) -> int:
    return (duration.months * 31 + duration.days) * DAY + duration.seconds * SECOND
