"""Days of any year: anniversaries (`_md`) and parts of dates (contract: semantics-data-and-events 2).

A day is month * 100 + day. Who was born on 29 February has the 28th in years without that day.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any, Final

from core.api import filter_values as read
from core.api.filter_operators import CALENDAR, RELATIVE, Condition, Within, calendar_days, within
from core.api.filter_subjects import Subject
from core.api.filter_values import Clock, Interval
from core.errors import InvalidQueryParams

_SAME_AS: Final[Mapping[str, str]] = {
    "$is_more_days_ago_md": "$more_than_ago",
    "$is_less_days_ago_md": "$less_than_ago",
    "$is_more_days_in_future_md": "$more_than_future",
    "$is_less_days_in_future_md": "$less_than_future",
}
ANNIVERSARY: Final[Mapping[str, str]] = {
    **{f"{operator}_md": operator for operator in (*CALENDAR, *RELATIVE)},
    **_SAME_AS,
}
"""Operator -> the operator whose days it takes."""
MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS: Final = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
_YEAR: Final = [date(2000, 1, 1) + timedelta(days=number) for number in range(366)]
EVERY_DAY: Final = frozenset(day.month * 100 + day.day for day in _YEAR)


@dataclass(frozen=True, kw_only=True)
class OnDays:
    """On one of these days of any year."""

    days: frozenset[int]
    zone: tzinfo | None

    def __call__[T](self, subject: Subject[T], /) -> T:
        return subject.on_days(self.days, self.zone)


@dataclass(frozen=True, kw_only=True)
class OnWeekdays:
    weekdays: frozenset[int]
    zone: tzinfo | None

    def __call__[T](self, subject: Subject[T], /) -> T:
        return subject.on_weekdays(self.weekdays, self.zone)


def anniversary(operator: str, raw: Any, clock: Clock, zone: tzinfo | None, where: str) -> OnDays:
    """The operators with `_md`. "Ago" and "in the future" are counted to the nearest anniversary that way."""
    plain = ANNIVERSARY[operator]
    if plain in CALENDAR:
        first, end = calendar_days(plain, clock.today)
        return OnDays(days=_days_from(first, min((end - first).days, 366)), zone=zone)
    number = read.count(read.single(raw, where), where)
    if number > 366:
        raise InvalidQueryParams(f"{where}: at most 366 days are expected, an anniversary is never further.")
    today = clock.today
    match plain:
        case "$is_days_ago":
            return OnDays(days=_days_from(today - timedelta(days=number), 1), zone=zone)
        case "$is_days_in_future":
            return OnDays(days=_days_from(today + timedelta(days=number), 1), zone=zone)
        case "$less_than_ago":
            return OnDays(days=_back(today, number), zone=zone)
        case "$more_than_ago":
            return OnDays(days=EVERY_DAY - _back(today, number + 1), zone=zone)
        case "$less_than_future":
            return OnDays(days=_days_from(today, number), zone=zone)
        case _:
            return OnDays(days=EVERY_DAY - _days_from(today, number + 1), zone=zone)


def part(operator: str, raw: Any, clock: Clock, zone: tzinfo | None, where: str) -> Condition:
    """Day of the month, month (1 to 12 or its name), day of the week (0 is Sunday, or its name)."""
    values = read.several(raw, where)
    if operator == "$is_day":
        return OnWeekdays(weekdays=frozenset(_named(v, WEEKDAYS, 0, where) for v in values), zone=zone)
    if operator == "$is_month":
        months = {_named(value, MONTHS, 1, where) for value in values}
        return OnDays(days=frozenset(day for day in EVERY_DAY if day // 100 in months), zone=zone)
    numbers = {read.count(value, where) for value in values}
    if not numbers <= set(range(1, 32)):
        raise InvalidQueryParams(f"{where}: a day from 1 to 31 is expected.")
    return OnDays(days=frozenset(day for day in EVERY_DAY if day % 100 in numbers), zone=zone)


def year(operator: str, raw: Any, clock: Clock, where: str) -> list[tuple[date, date]]:
    """Of `$is_year` and `$is_years_ago` the first days and the days after the last."""
    numbers = [read.count(value, where) for value in read.several(raw, where)]
    if operator == "$is_year":
        years = _years(numbers, where)
        return [(date(one, 1, 1), date(one + 1, 1, 1)) for one in years]
    today = clock.today
    return [_same_day(today, one) for one in _years([today.year - number for number in numbers], where)]


def years_within(spans: Iterable[tuple[date, date]]) -> Within:
    return within(*(Interval(low=first, high=end, low_included=True) for first, end in spans))


def _same_day(today: date, year: int) -> tuple[date, date]:
    """Today's day in another year; on 28 February of ordinary years both days of a leap year."""
    if (today.month, today.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1), date(year, 3, 1)
    first = today.replace(year=year)
    is_eve = (today.month, today.day) == (2, 28) and not isleap(today.year) and isleap(year)
    return first, first + timedelta(days=2 if is_eve else 1)


def _years(numbers: Iterable[int], where: str) -> list[int]:
    years = list(numbers)
    if not all(1 <= one <= 9998 for one in years):
        raise InvalidQueryParams(f"{where}: the year is out of range.")
    return years


def _days_from(first: date, count: int) -> frozenset[int]:
    days = [first + timedelta(days=number) for number in range(count)]
    found = {day.month * 100 + day.day for day in days}
    if any((day.month, day.day) == (2, 28) and not isleap(day.year) for day in days):
        found.add(229)
    return frozenset(found)


def _back(today: date, count: int) -> frozenset[int]:
    return _days_from(today - timedelta(days=count - 1), count) if count else frozenset()


def _named(raw: Any, names: list[str], first: int, where: str) -> int:
    word = raw.lower() if isinstance(raw, str) else ""
    if word in names:
        return names.index(word) + first
    number = read.count(raw, where)
    if not first <= number < first + len(names):
        raise InvalidQueryParams(f"{where}: {first} to {first + len(names) - 1} or a name is expected.")
    return number
