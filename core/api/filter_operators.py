"""The operators of filters, each written once as a question to a `Subject`.

Contract: semantics-core 3.3 and semantics-data-and-events 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal, Protocol

from core.api import filter_values as read
from core.api.filter_subjects import AnyInterval, Scalar, Subject, TextPart
from core.api.filter_values import Clock, Interval
from core.errors import InvalidQueryParams

type Unit = Literal["day", "week", "month", "year"]

EQUALITY = ("$is", "$is_not", "$in", "$not_in")
PRESENCE = ("$has_value", "$is_unknown")
TEXT = ("$contains", "$not_contain", "$starts_with", "$ends_with")
NUMBER = ("$more_than", "$less_than", "$more_than_equal", "$less_than_equal")
SIZE = ("$count", "$count_more", "$count_less")
ABSOLUTE = ("$after", "$before")
RELATIVE = (
    "$more_than_ago",
    "$less_than_ago",
    "$is_days_ago",
    "$more_than_future",
    "$less_than_future",
    "$is_days_in_future",
)
# Whole days, weeks (from Monday), months and years around today: unit and distance. The operand is ignored.
CALENDAR: Mapping[str, tuple[Unit, int]] = {
    "$yesterday": ("day", -1),
    "$today": ("day", 0),
    "$tomorrow": ("day", 1),
    "$last_week": ("week", -1),
    "$this_week": ("week", 0),
    "$next_week": ("week", 1),
    "$last_month": ("month", -1),
    "$this_month": ("month", 0),
    "$next_month": ("month", 1),
    "$last_year": ("year", -1),
    "$this_year": ("year", 0),
    "$next_year": ("year", 1),
}
# Parts of a date; `$is_years_ago` is that day of that year, `$is_day` a day of the week.
PARTS = ("$is_day_of_month", "$is_day", "$is_month", "$is_year", "$is_years_ago")
NEGATIVE = frozenset({"$is_not", "$not_in", "$not_contain"})
_TEXT_PARTS: Mapping[str, TextPart] = {
    "$contains": "contains",
    "$not_contain": "contains",
    "$starts_with": "startswith",
    "$ends_with": "endswith",
}


class Condition(Protocol):
    """One operator with its operands read; asked of a column it gives a `Q`, of a value a `bool`."""

    def __call__[T](self, subject: Subject[T], /) -> T: ...


def presence(operator: str) -> Condition:
    def condition[T](subject: Subject[T], /) -> T:
        missing = subject.missing()
        return missing if operator == "$is_unknown" else subject.negate(missing)

    return condition


def equality(operator: str, values: Sequence[Scalar | date]) -> Condition:
    def condition[T](subject: Subject[T], /) -> T:
        equal = subject.any_of(values)
        return subject.negate(equal) if operator in NEGATIVE else equal

    return condition


def text(operator: str, texts: Sequence[str]) -> Condition:
    def condition[T](subject: Subject[T], /) -> T:
        found = subject.either([subject.text(_TEXT_PARTS[operator], text) for text in texts])
        return subject.negate(found) if operator in NEGATIVE else found

    return condition


@dataclass(frozen=True, kw_only=True)
class Within:
    """In one of the intervals, or in none of them."""

    intervals: tuple[AnyInterval, ...]
    negated: bool = False

    def __call__[T](self, subject: Subject[T], /) -> T:
        inside = subject.either([subject.within(interval) for interval in self.intervals])
        return subject.negate(inside) if self.negated else inside


def within(*intervals: AnyInterval, negated: bool = False) -> Within:
    return Within(intervals=intervals, negated=negated)


def size(operator: str, wanted: int) -> Condition:
    bounds = {
        "$count": (wanted, wanted),
        "$count_more": (wanted + 1, None),
        "$count_less": (None, wanted - 1),
    }
    low, high = bounds[operator]

    def condition[T](subject: Subject[T], /) -> T:
        return subject.size(low, high)

    return condition


def number_interval(operator: str, bound: Decimal, *, whole: bool) -> Interval[Decimal]:
    if whole and bound != bound.to_integral_value():
        # More than 1.5 is 2 or more, less than 1.5 is 1 or less; Django would cut the bound down to 1.
        above = operator.startswith("$more")
        edge = bound.to_integral_value(rounding=ROUND_CEILING if above else ROUND_FLOOR)
        return Interval(low=edge, low_included=True) if above else Interval(high=edge, high_included=True)
    included = operator.endswith("_equal")
    if operator.startswith("$more"):
        return Interval(low=bound, low_included=included)
    return Interval(high=bound, high_included=included)


def calendar_days(operator: str, today: date) -> tuple[date, date]:
    """The first day of a calendar span and the day after its last."""
    unit, distance = CALENDAR[operator]
    match unit:
        case "day":
            first = today + timedelta(days=distance)
            return first, first + timedelta(days=1)
        case "week":
            first = today - timedelta(days=today.weekday()) + timedelta(weeks=distance)
            return first, first + timedelta(weeks=1)
        case "month":
            months = today.year * 12 + today.month - 1 + distance
            return _month(months), _month(months + 1)
        case "year":
            return date(today.year + distance, 1, 1), date(today.year + distance + 1, 1, 1)


def _month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def calendar_interval(operator: str, clock: Clock) -> Interval[datetime]:
    first, end = calendar_days(operator, clock.today)
    return Interval(low=clock.midnight(first), high=clock.midnight(end), low_included=True)


def whole_day(day: date, clock: Clock, where: str) -> Interval[datetime]:
    try:
        return Interval(
            low=clock.midnight(day), high=clock.midnight(day + timedelta(days=1)), low_included=True
        )
    except OverflowError:
        raise InvalidQueryParams(f"{where}: the date is out of range.") from None


def relative_interval(operator: str, days: int, clock: Clock, where: str) -> Interval[datetime]:
    """Relative operators on instants: spans of 24 hours from now; `$is_days_*` mean a calendar day."""
    past, future = read.shifted(clock.now, -days, where), read.shifted(clock.now, days, where)
    match operator:
        case "$more_than_ago" | "$more_than":
            return Interval(high=past)
        case "$less_than_ago" | "$less_than":
            return Interval(low=past, high=clock.now, high_included=True)
        case "$more_than_future":
            return Interval(low=future)
        case "$less_than_future":
            return Interval(low=clock.now, high=future, low_included=True)
        case "$is_days_ago":
            return whole_day(past.astimezone(clock.zone).date(), clock, where)
        case _:
            return whole_day(future.astimezone(clock.zone).date(), clock, where)


def relative_days(operator: str, days: int, clock: Clock) -> Interval[date]:
    """Relative operators on calendar days, counted from today."""
    today = clock.today
    past, future = today - timedelta(days=days), today + timedelta(days=days)
    match operator:
        case "$more_than_ago":
            return Interval(high=past)
        case "$less_than_ago":
            return Interval(low=past, high=today, high_included=True)
        case "$more_than_future":
            return Interval(low=future)
        case "$less_than_future":
            return Interval(low=today, high=future, low_included=True)
        case "$is_days_ago":
            return Interval(low=past, high=past, low_included=True, high_included=True)
        case _:
            return Interval(low=future, high=future, low_included=True, high_included=True)
