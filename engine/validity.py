"""When something may be used: dates, recurring windows, weekdays, daily hours. Contract: time, section 12."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, time, tzinfo

from engine.codec import Data
from engine.durations import Duration, shift


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeframe(Data):
    """Windows `[start + k * interval, start + k * interval + duration)`, such as every "P2D" for "PT12H"."""

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

    `starts_at` is inclusive, `ends_at` exclusive; `activity_duration` counts from publication of the code.
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


def effective(
    *, own: Validity, parent: Validity | None, published_at: datetime | None, zone: tzinfo
) -> Validity:
    """What counts: own fields beat the campaign's, field by field.

    Time from publication beats the campaign's `ends_at`, also beyond it, but not an `ends_at` of its own.
    """
    merged = own if parent is None else _merged(own, parent)
    if published_at is None or merged.activity_duration is None or own.ends_at is not None:
        return merged
    return replace(merged, ends_at=shift(published_at, merged.activity_duration, 1, zone))


def local(validity: Validity, *, written_in: tzinfo, zone: tzinfo) -> Validity:
    """Start and end at the same time of day in `zone`, where the request is, as they were written elsewhere.

    Of an hour that comes twice in `zone` the first pass counts; one that it skips comes as much later.
    """
    if written_in == zone or (validity.starts_at is None and validity.ends_at is None):
        return validity
    starts_at, ends_at = (
        None if moment is None else moment.astimezone(written_in).replace(tzinfo=zone, fold=0).astimezone(UTC)
        for moment in (validity.starts_at, validity.ends_at)
    )
    return replace(validity, starts_at=starts_at, ends_at=ends_at)


def _merged(own: Validity, parent: Validity) -> Validity:
    own_fields = {field.name: getattr(own, field.name) for field in fields(own)}
    return replace(parent, **{name: value for name, value in own_fields.items() if value is not None})


def _refuse_bad_days(days: tuple[int, ...]) -> None:
    if any(day not in range(7) for day in days):
        raise ValueError("days of the week are 0 (Sunday) to 6 (Saturday)")
