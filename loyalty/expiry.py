"""The last day on which points can be used. Pure arithmetic over calendar dates. Contract: loyalty 6.

Dates are days of the project's zone; what ends on a day is gone at 00:00 of the next one. Rules are in wire
form: `{"period_type": "MONTH", "period_value": 12, "rounding_type": "END_OF_YEAR"}`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from core.errors import InvalidPayload

LONGEST: Final = 1200
"""Months that points may live: a hundred years."""


class Period(StrEnum):
    """`INACTIVITY` is ours: so many months after points were last earned or spent."""

    MONTH = "MONTH"
    FIXED_DAY_OF_YEAR = "FIXED_DAY_OF_YEAR"
    INACTIVITY = "INACTIVITY"


class Rounding(StrEnum):
    END_OF_MONTH = "END_OF_MONTH"
    END_OF_QUARTER = "END_OF_QUARTER"
    END_OF_HALF_YEAR = "END_OF_HALF_YEAR"
    END_OF_YEAR = "END_OF_YEAR"
    PARTICULAR_MONTH = "PARTICULAR_MONTH"


_UNITS: Final = {
    Rounding.END_OF_MONTH: 1,
    Rounding.END_OF_QUARTER: 3,
    Rounding.END_OF_HALF_YEAR: 6,
    Rounding.END_OF_YEAR: 12,
}


def expires_on(rules: Mapping[str, Any] | None, base: date) -> date | None:
    """The last usable day of points whose life begins on `base`; None: they stay.

    `base` is the day of the activity, of the activation or of the transfer; with INACTIVITY that of the last
    activity. `rules` passed `check`.

    expires_on({"period_type": "MONTH", "period_value": 1}, date(2026, 1, 31)) -> date(2026, 2, 28)
    """
    if not rules:
        return None
    if rules["period_type"] == Period.FIXED_DAY_OF_YEAR:
        return _next_day_of_year(base, rules["fixed_month"], rules["fixed_day"])
    ends = add_months(base, rules["period_value"])
    if not rules.get("rounding_type"):
        return ends
    rounding = Rounding(rules["rounding_type"])
    if rounding is Rounding.PARTICULAR_MONTH:
        return _next_day_of_year(ends, rules["rounding_value"], 31)
    return end_of_unit(ends, _UNITS[rounding])


def slides(rules: Mapping[str, Any] | None) -> bool:
    """Does every activity give all points of these rules new life?"""
    return rules is not None and rules.get("period_type") == Period.INACTIVITY


def check(rules: Any, *, at: str = "expiration_rules", sliding: bool = True) -> None:
    """Refuse rules that `expires_on` cannot calculate with. None: points stay.

    `sliding` False: INACTIVITY is not for this place, as for one earning rule among others.

    :raises InvalidPayload: with what is wrong and what would do.
    """
    if rules is None:
        return
    if not isinstance(rules, Mapping):
        raise InvalidPayload(f"{at} must be an object, or null for points that stay.")
    periods = [one.value for one in Period if sliding or one is not Period.INACTIVITY]
    period = rules.get("period_type")
    if period not in periods:
        raise InvalidPayload(f"{at}.period_type must be one of: {', '.join(periods)}.")
    if period == Period.FIXED_DAY_OF_YEAR:
        _check_number(rules, at, "fixed_month", least=1, most=12)
        _check_number(rules, at, "fixed_day", least=1, most=31)
        return
    _check_number(rules, at, "period_value", least=1 if period == Period.INACTIVITY else 0, most=LONGEST)
    rounding = rules.get("rounding_type")
    if rounding is None:
        return
    if rounding not in list(Rounding):
        raise InvalidPayload(f"{at}.rounding_type must be one of: {', '.join(Rounding)}.")
    if rounding == Rounding.PARTICULAR_MONTH:
        _check_number(rules, at, "rounding_value", least=1, most=12)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_unit(day: date, months: int) -> date:
    """The last day of the month (1), quarter (3), half-year (6) or year (12) in which `day` lies."""
    month = -(-day.month // months) * months
    return date(day.year, month, monthrange(day.year, month)[1])


def _next_day_of_year(day: date, month: int, wanted: int) -> date:
    """The first such date on or after `day`; 29 to 31 mean the last day of a shorter month."""
    this_year = _clamped(day.year, month, wanted)
    return this_year if this_year >= day else _clamped(day.year + 1, month, wanted)


def _clamped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _check_number(rules: Mapping[str, Any], at: str, name: str, *, least: int, most: int) -> None:
    value = rules.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidPayload(f"{at}.{name} must be a whole number from {least} to {most}.")
