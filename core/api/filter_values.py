"""Operands of filters as the wire spells them, turned into exact Python values.

Query strings carry only texts, request bodies carry JSON values: both are read here. Every refusal is an
`InvalidQueryParams` that says what was expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from core.errors import InvalidQueryParams

MAX_VALUES = 1000
MAX_TEXT = 1000
MAX_DAYS = 36_500
MAX_NUMBER = 10**15

_NUMBER = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,15})?")
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+\- ]\d{2}:?\d{2})?)?",
    re.ASCII | re.IGNORECASE,
)
_TRUE = ("true", "1")
_FALSE = ("false", "0")


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The instant of the request and the zone in which its days begin."""

    now: datetime
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Interval[V: (Decimal, datetime, date, str)]:
    """Everything between two bounds; None is open. Bounds are excluded unless said otherwise."""

    low: V | None = None
    high: V | None = None
    low_included: bool = False
    high_included: bool = False

    def contains(self, value: V) -> bool:
        above = self.low is None or value > self.low or (self.low_included and value == self.low)
        return above and (
            self.high is None or value < self.high or (self.high_included and value == self.high)
        )


def several(raw: Any, where: str) -> list[Any]:
    """The values of one operator: a scalar, a list, or the `{"0": .., "1": ..}` of an indexed query."""
    if isinstance(raw, dict):
        if not all(key.isascii() and key.isdigit() and len(key) < 6 for key in raw):
            raise InvalidQueryParams(f"{where}: a value or a list of values is expected.")
        raw = [raw[key] for key in sorted(raw, key=int)]
    values = raw if isinstance(raw, list) else [raw]
    if not 1 <= len(values) <= MAX_VALUES:
        raise InvalidQueryParams(f"{where}: 1 to {MAX_VALUES} values are expected.")
    return values


def single(raw: Any, where: str) -> Any:
    """The value of an operator that takes exactly one."""
    values = several(raw, where)
    if len(values) != 1:
        raise InvalidQueryParams(f"{where}: exactly one value is expected.")
    return values[0]


def text(raw: Any, where: str) -> str:
    """A text; JSON numbers and booleans are read as they are written."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int | Decimal):
        return number_text(raw)
    if not isinstance(raw, str) or "\0" in raw or len(raw) > MAX_TEXT:
        raise InvalidQueryParams(f"{where}: a text of at most {MAX_TEXT} characters is expected.")
    return raw


def number(raw: Any, where: str) -> Decimal:
    """A number or numeric text within +-10^15."""
    is_number = _NUMBER.fullmatch(raw) if isinstance(raw, str) else not isinstance(raw, bool)
    if is_number and isinstance(raw, str | int | Decimal):
        value = Decimal(raw)
        if value.is_finite() and abs(value) <= MAX_NUMBER:
            return value
    raise InvalidQueryParams(f"{where}: a number is expected.")


def count(raw: Any, where: str, *, at_most: int = MAX_DAYS) -> int:
    """A whole number from 0: days, or the size of a list."""
    value = number(raw, where)
    if value != int(value) or not 0 <= value <= at_most:
        raise InvalidQueryParams(f"{where}: a whole number from 0 to {at_most} is expected.")
    return int(value)


def boolean(raw: Any, where: str) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.lower() if isinstance(raw, str) else ""
    if word not in _TRUE and word not in _FALSE:
        raise InvalidQueryParams(f"{where}: true or false is expected.")
    return word in _TRUE


def instant(raw: Any, where: str, *, zone: tzinfo = UTC) -> datetime:
    """An ISO 8601 date-time in UTC; without an offset, and for a bare date, it is read in `zone`."""
    found = parse_instant(raw, zone=zone)
    if found is None:
        raise InvalidQueryParams(f"{where}: an ISO 8601 date or date-time is expected.")
    return found


def day(raw: Any, where: str, *, zone: tzinfo = UTC) -> date:
    """A calendar day: the date as written, or the day in `zone` of a date-time."""
    return instant(raw, where, zone=zone).astimezone(zone).date()


def parse_instant(raw: Any, *, zone: tzinfo = UTC) -> datetime | None:
    """As `instant`, None when it is no date. A blank before the offset is a `+` lost in a query string."""
    found = _INSTANT.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        return None
    written_day, written_time, offset = found.groups()
    offset = (offset or "").upper().replace(" ", "+")
    try:
        value = datetime.fromisoformat(f"{written_day}T{written_time or '00:00'}{offset}")
        return (value if offset else value.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def shifted(moment: datetime, days: int, where: str) -> datetime:
    try:
        return moment + timedelta(days=days)
    except OverflowError:
        raise InvalidQueryParams(f"{where}: the date is out of range.") from None


def number_text(value: int | float | Decimal) -> str:
    """A number as PostgreSQL prints it: no exponent, no negative zero."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return f"{exact.copy_abs() if exact == 0 else exact:f}"
