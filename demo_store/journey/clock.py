"""When things happened: the chain's time zone, and moving the whole year by whole weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TIME_ZONE = "America/New_York"
LOCAL = ZoneInfo(TIME_ZONE)
FIRST_DAY = date(2017, 1, 1)
LAST_DAY = date(2017, 12, 31)


def local_date(at: datetime) -> date:
    """The day on the chain's calendar; redemption dates are such days."""
    return at.astimezone(LOCAL).date()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """Moves instants and dates by whole weeks on the chain's wall clock.

    A purchase on a Sunday at 11:53 stays one on a Sunday at 11:53, daylight saving time or not.
    """

    weeks: int = 0

    def day(self, value: date) -> date:
        return value + timedelta(weeks=self.weeks)

    def instant(self, at: datetime) -> datetime:
        if self.weeks == 0:
            return at
        # Adding to an aware datetime moves the wall clock, not the instant: what is wanted here.
        return (at.astimezone(LOCAL) + timedelta(weeks=self.weeks)).astimezone(UTC)

    def day_start(self, value: date) -> datetime:
        """The first instant of a day of the data set, after the move."""
        return datetime.combine(self.day(value), time.min, LOCAL).astimezone(UTC)


def shift_to(now: datetime) -> Shift:
    """The move that brings the last day of the data set into the seven days before the day of `now`.

    Whole weeks, and nothing lands in the future: 31 December 2017, a Sunday, becomes the latest Sunday that
    is over, the first day of the running week as the chain counts weeks (on a Sunday: of the week just past).
    """
    yesterday = local_date(now) - timedelta(days=1)
    return Shift(weeks=(yesterday - LAST_DAY).days // 7)
