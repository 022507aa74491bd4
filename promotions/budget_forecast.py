"""How long a budget lasts, and how its use compares with the plan. Pure arithmetic over days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from typing import Final

WINDOW: Final = 28
"""Days of spending that are looked at: whole weeks, so that no weekday counts more often."""
FEWEST_DAYS: Final = 3
DAYS_OF_PATTERN: Final = 14
"""From so many days on every weekday was seen twice: a Saturday is expected to be like Saturdays."""
HORIZON: Final = timedelta(days=5 * 365)
_WEEK: Final = 7


class Outlook(StrEnum):
    UNKNOWN = "UNKNOWN"
    EXHAUSTED = "EXHAUSTED"
    RUNS_OUT = "RUNS_OUT"
    LASTS = "LASTS"


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """`runs_out_on` with RUNS_OUT only. `per_day` is the average of the last days, 0 while it is unknown."""

    outlook: Outlook
    runs_out_on: date | None = None
    per_day: Fraction = Fraction(0)


def forecast(
    *, spent: Sequence[int], today: date, spent_today: int = 0, left: int, until: date | None = None
) -> Forecast:
    """The day on which what is `left` will be used up, if spending goes on as it did.

    `spent`: of each whole day before `today`, oldest first; days before the first spending do not count.
    `until`: the last day that matters, of the period or the plan; what reaches beyond it lasts. A plan that
    is over says nothing.

    forecast(spent=[100, 100, 100], today=date(2026, 3, 10), left=250) -> runs out on 2026-03-12
    """
    if left <= 0:
        return Forecast(outlook=Outlook.EXHAUSTED)
    days = _days_that_count(spent)
    if len(days) < FEWEST_DAYS:
        return Forecast(outlook=Outlook.UNKNOWN)
    expected = _by_weekday(days, today)
    per_day = Fraction(sum(days), len(days))
    last = min(until, today + HORIZON) if until and until >= today else today + HORIZON
    runs_out_on = _day_of_exhaustion(expected, today, spent_today, left, last)
    outlook = Outlook.LASTS if runs_out_on is None else Outlook.RUNS_OUT
    return Forecast(outlook=outlook, runs_out_on=runs_out_on, per_day=per_day)


def _days_that_count(spent: Sequence[int]) -> Sequence[int]:
    first = next((place for place, amount in enumerate(spent) if amount), len(spent))
    return spent[first:][-WINDOW:]


def _by_weekday(days: Sequence[int], today: date) -> dict[int, Fraction]:
    """What each weekday (Monday 0) is expected to take; with little data all are alike."""
    if len(days) < DAYS_OF_PATTERN:
        return dict.fromkeys(range(_WEEK), Fraction(sum(days), len(days)))
    found: dict[int, list[int]] = {weekday: [] for weekday in range(_WEEK)}
    for ago, amount in enumerate(reversed(days), start=1):
        found[(today - timedelta(days=ago)).weekday()].append(amount)
    return {weekday: Fraction(sum(seen), len(seen)) for weekday, seen in found.items()}


def _day_of_exhaustion(
    expected: Mapping[int, Fraction], today: date, spent_today: int, left: int, last: date
) -> date | None:
    """None: not up to the last day. What is still to come today is what a day like it leaves open."""
    rest = Fraction(left) - max(Fraction(0), expected[today.weekday()] - spent_today)
    if rest <= 0:
        return today
    week = sum(expected.values())
    if week <= 0:
        return None
    # Whole weeks at once; the last one day by day, so that the day is exact.
    weeks = max(0, -(-rest // week) - 1)
    rest -= weeks * week
    weeks_days = min(weeks * _WEEK, HORIZON.days)
    day = today + timedelta(days=int(weeks_days))
    while rest > 0 and day < last:
        day += timedelta(days=1)
        rest -= expected[day.weekday()]
    return day if rest <= 0 and day <= last else None


def plan_by_day(
    *, first: date, last: date, total: int | None, months: Mapping[date, int]
) -> list[int] | None:
    """The planned use up to and with each day from `first` to `last`; None: nothing is planned.

    `months` (by first day) are spread evenly over their days within the dates; without them `total` is.
    Floors of exact shares, so that the last day has the whole plan.

    plan_by_day(first=date(2026, 3, 1), last=date(2026, 3, 4), total=10, months={}) -> [2, 5, 7, 10]
    """
    days = _dates(first, last)
    if not months:
        return None if total is None else [total * place // len(days) for place in range(1, len(days) + 1)]
    numbers: dict[date, int] = {}
    for day in days:
        numbers[day.replace(day=1)] = numbers.get(day.replace(day=1), 0) + 1
    shares = (Fraction(months.get(day.replace(day=1), 0), numbers[day.replace(day=1)]) for day in days)
    return [int(planned // 1) for planned in accumulate(shares)]


def actual_by_day(*, first: date, last: date, before: int, spent: Mapping[date, int]) -> list[int]:
    """The use up to and with each day from `first` to `last`; `before`: what was used earlier."""
    days = _dates(first, last)
    return list(accumulate((spent.get(day, 0) for day in days), initial=before))[1:]


def _dates(first: date, last: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
