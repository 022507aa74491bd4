"""What stretch of time a page of the calendar shows, and where in it an instant lies. Pure: no database.

Time runs evenly from the left edge to the right one, so a day with 23 or 25 hours is as much narrower or
wider. Places are whole hundredths of a percent of the width: 1234 is 12.34 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

WHOLE: Final = 10_000
"""The right edge."""
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_WEEK_DAYS: Final = 7
_MONTHS_OF_QUARTER: Final = 3
_FIRST_YEAR: Final = 1971
_LAST_YEAR: Final = 9990


class View(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """From the first to the last day, both shown, in `zone`."""

    view: View
    first: date
    last: date
    zone: ZoneInfo
    first_weekday: int

    @cached_property
    def since(self) -> datetime:
        return _midnight(self.first, self.zone)

    @cached_property
    def until(self) -> datetime:
        return _midnight(self.last + _DAY, self.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def units(self) -> int:
        """How many days, or hours of a day, stand side by side."""
        if self.view is View.DAY:
            return (self.until - self.since) // _HOUR
        return len(self.days)

    @property
    def is_fine(self) -> bool:
        """Whether the hours of a day can be seen."""
        return self.view in (View.DAY, View.WEEK, View.MONTH)

    def place(self, at: datetime) -> int:
        """Where an instant lies; below 0 or above `WHOLE` if that is not shown."""
        whole = self.until - self.since
        # However far away it is, it is not there.
        near = min(max(at, self.since - whole), self.until + whole)
        return (near - self.since) * WHOLE // whole

    def stretch(self, starts_at: datetime | None, ends_at: datetime | None) -> tuple[int, int]:
        """The part of a period that is shown: its left and right edge. None is open."""
        left = 0 if starts_at is None else max(0, self.place(starts_at))
        right = WHOLE if ends_at is None else min(WHOLE, self.place(ends_at))
        return left, max(left, right)

    def day_stretch(self, first: date, last: date) -> tuple[int, int]:
        """Of whole days, the last one included."""
        return self.stretch(_midnight(first, self.zone), _midnight(last + _DAY, self.zone))

    def shows(self, starts_at: datetime | None, ends_at: datetime | None) -> bool:
        """Whether any of a half-open period lies in it."""
        begins = starts_at is None or starts_at < self.until
        return begins and (ends_at is None or ends_at > self.since)

    @property
    def before(self) -> date:
        """A day of the stretch before this one."""
        return self.first - _DAY

    @property
    def after(self) -> date:
        return self.last + _DAY


def scale(view: View, on: date, *, zone: ZoneInfo, first_weekday: int) -> Scale:
    """The day, week, month or quarter that `on` lies in. `first_weekday`: 0 is Sunday."""
    first, last = _edges(view, _within(on), first_weekday)
    return Scale(view=view, first=first, last=last, zone=zone, first_weekday=first_weekday)


def _edges(view: View, on: date, first_weekday: int) -> tuple[date, date]:
    if view is View.DAY:
        return on, on
    if view is View.WEEK:
        first = week_of(on, first_weekday)
        return first, first + timedelta(days=_WEEK_DAYS - 1)
    months = 1 if view is View.MONTH else _MONTHS_OF_QUARTER
    month = on.month - (on.month - 1) % months
    first = on.replace(month=month, day=1)
    following = month + months
    is_next_year = following > 12
    after = date(first.year + is_next_year, following - 12 * is_next_year, 1)
    return first, after - _DAY


def week_of(day: date, first_weekday: int) -> date:
    """The first day of its week."""
    return day - timedelta(days=(day.isoweekday() - first_weekday) % _WEEK_DAYS)


def _within(on: date) -> date:
    """No calendar shows the first or last years that there are: sums of days would leave them."""
    return min(max(on, date(_FIRST_YEAR, 1, 1)), date(_LAST_YEAR, 12, 31))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, in UTC; where midnight is skipped, what comes in its place."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
