"""When something may be used: dates, recurring windows, weekdays, daily hours. Contract: time, section 12."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, time

from engine.codec import Data
from engine.durations import Duration


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeframe(Data):
    """Windows `[start + k * interval, start + k * interval + duration)`; ISO durations such as "P2D", "PT12H"."""

    interval: Duration
    duration: Duration


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyHours(Data):
    """Open from `start_time` to `expiration_time` (exclusive, None = midnight) on these days, 0 = Sunday."""

    days_of_week: tuple[int, ...]
    start_time: time
    expiration_time: time | None = None

    def __post_init__(self) -> None:
        _refuse_bad_days(self.days_of_week)
        if self.expiration_time is not None and self.expiration_time <= self.start_time:
            raise ValueError("daily hours must end after they start; a window over midnight is two entries")


@dataclass(frozen=True, kw_only=True, slots=True)
class Validity(Data):
    """The time limits of one voucher, tier or campaign; None = not limited in this respect.

    `starts_at` is inclusive, `ends_at` exclusive; `activity_duration` counts from the publication of the code.
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timeframe: Timeframe | None = None
    days_of_week: tuple[int, ...] | None = None
    daily_hours: tuple[DailyHours, ...] | None = None
    activity_duration: Duration | None = None

    def __post_init__(self) -> None:
        _refuse_bad_days(self.days_of_week or ())
        if any(bound is not None and bound.tzinfo is None for bound in (self.starts_at, self.ends_at)):
            raise ValueError("instants carry their UTC offset")


def merged(own: Validity, parent: Validity | None) -> Validity:
    """Own fields beat those of the campaign, field by field."""
    if parent is None:
        return own
    return Validity(
        **{
            field.name: getattr(parent if getattr(own, field.name) is None else own, field.name)
            for field in fields(Validity)
        }
    )


def _refuse_bad_days(days: tuple[int, ...]) -> None:
    if any(day not in range(7) for day in days):
        raise ValueError("days of the week are 0 (Sunday) to 6 (Saturday)")
