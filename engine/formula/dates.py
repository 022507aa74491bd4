"""Dates in formulas: read, counted, compared, all in the project's time zone. Contract: 5.10, 12."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Final

from engine.formula.errors import NoValue
from engine.formula.values import Value

_LONGEST_DATE: Final = 40


def moment(value: Value, zone: tzinfo) -> date:
    """A date, or an instant in `zone`; texts are ISO 8601. :raises NoValue: anything else."""
    if isinstance(value, datetime):
        return _localized(value, zone)
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) > _LONGEST_DATE:
        raise NoValue("a date is expected")
    try:
        return date.fromisoformat(value)
    except ValueError:
        return _instant(value, zone)


def day(value: Value, zone: tzinfo) -> date:
    """The calendar day of `value` in `zone`. :raises NoValue: not a date."""
    found = moment(value, zone)
    return found.date() if isinstance(found, datetime) else found


def instant(value: Value, zone: tzinfo) -> datetime:
    """A date means its first moment in `zone`. :raises NoValue: not a date."""
    found = moment(value, zone)
    if isinstance(found, datetime):
        return found
    return datetime(found.year, found.month, found.day, tzinfo=zone)


def is_same(left: Value, right: Value, zone: tzinfo) -> bool:
    """The same instant, or the same day where one side is only a day."""
    first, second = moment(left, zone), moment(right, zone)
    if isinstance(first, datetime) and isinstance(second, datetime):
        return first.astimezone(UTC) == second.astimezone(UTC)
    return day(first, zone) == day(second, zone)


def is_after(left: Value, right: Value, zone: tzinfo) -> bool:
    """A later instant, or a later day where one side is only a day."""
    first, second = moment(left, zone), moment(right, zone)
    if isinstance(first, datetime) and isinstance(second, datetime):
        return first.astimezone(UTC) > second.astimezone(UTC)
    return day(first, zone) > day(second, zone)


def days_between(start: date, end: date) -> Decimal:
    """Calendar days from `start` to `end`; below zero when `end` comes first."""
    return Decimal((end - start).days)


def months_between(start: date, end: date) -> Decimal:
    """Whole months: 31 January to 28 February is none, to 1 March is one."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return Decimal(months - (end.day < start.day))


def years_between(start: date, end: date) -> Decimal:
    """Whole years: someone born on 29 February gets older on 1 March of other years."""
    months = months_between(start, end)
    return Decimal(int(abs(months)) // 12).copy_sign(months)


def _instant(value: str, zone: tzinfo) -> datetime:
    try:
        return _localized(datetime.fromisoformat(value), zone)
    except ValueError as error:
        raise NoValue("a date is expected") from error


def _localized(value: datetime, zone: tzinfo) -> datetime:
    """Without an offset it is a wall time of the project."""
    try:
        return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)
    except OverflowError as error:
        raise NoValue("the date is out of range") from error
