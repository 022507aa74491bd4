"""ISO 8601 durations, and moving an instant by them in a time zone. Contract: time, section 12."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

_PATTERN = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,10})S)?)?",
    re.ASCII,
)
_LONGEST_DAYS = 36_600
"""A century. Longer durations cannot be meant, and would run into the end of the calendar."""


class DurationSyntaxError(ValueError):
    """Not an ISO 8601 duration of whole units, or zero, or longer than a century."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Duration:
    """`months` and `days` follow the calendar of a time zone, `seconds` are elapsed time."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Duration.parse("P1DT12H") -> Duration(days=1, seconds=43200). :raises DurationSyntaxError:"""
        match = _PATTERN.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise DurationSyntaxError(f"{text!r} is not an ISO 8601 duration such as P1D or PT2H30M")
        part = {name: int(digits or 0) for name, digits in match.groupdict().items()}
        found = cls(
            months=part["years"] * 12 + part["months"],
            days=part["weeks"] * 7 + part["days"],
            seconds=part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"],
        )
        if found.shortest <= timedelta(0):
            raise DurationSyntaxError(f"{text!r}: the duration must be longer than zero")
        if found.months * 31 + found.days + found.seconds // 86_400 > _LONGEST_DAYS:
            raise DurationSyntaxError(f"{text!r}: the duration must not be longer than a century")
        return found

    @property
    def shortest(self) -> timedelta:
        """What the duration lasts at least, whatever the month."""
        return timedelta(days=self.months * 28 + self.days, seconds=self.seconds)

    def to_json(self) -> str:
        date = "".join(f"{n}{unit}" for n, unit in ((self.months, "M"), (self.days, "D")) if n)
        return f"P{date}" + (f"T{self.seconds}S" if self.seconds else "")

    from_json = parse


def shift(start: datetime, duration: Duration, times: int, zone: tzinfo) -> datetime:
    """`start + times * duration` as an instant in UTC.

    Months and days move the wall clock of `zone`: "every day" stays at the same hour across a DST change, a
    day that a month lacks becomes its last day. Seconds then count as elapsed time. A wall time that the zone
    skips moves forward by the gap; one that comes twice means its first pass.
    """
    if not times or not (duration.months or duration.days):
        return start.astimezone(UTC) + timedelta(seconds=times * duration.seconds)
    local = start.astimezone(zone)
    months = local.year * 12 + local.month - 1 + times * duration.months
    year, month = divmod(months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    moved = local.replace(year=year, month=month + 1, day=day) + timedelta(days=times * duration.days)
    return moved.astimezone(UTC) + timedelta(seconds=times * duration.seconds)
