"""What budgets plan to spend on each day. Pure arithmetic over days. Contract: governance K11.

A budget with a plan by months spends as planned; one that is renewed spends its limit in each day, week or
month, on the days on which one of its campaigns is live; another one evenly from its first to its last day,
which are its own or those of its campaigns. Without an end nothing can be said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Final

from promotions.budget_forecast import plan_by_day

_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_LONGEST: Final = 10 * 366
"""Days that a plan is spread over at most; a longer one says nothing about a day."""


class Renewed(Enum):
    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Of one budget, in minor units. `limit` None: it is not one for everybody together.

    `first` and `last` are its days or, where it has none, those of its campaigns; `live` the days that
    matter on which one of its campaigns is live. `months`: planned amounts by the first day of each.
    """

    limit: int | None
    renewed: Renewed
    first: date | None
    last: date | None
    months: Mapping[date, int] = field(default_factory=dict)
    live: Collection[date] = ()


def by_day(plan: Plan, days: Sequence[date], *, first_weekday: int) -> list[int] | None:
    """Of each of `days` what is planned for it; None: nothing can be said. `first_weekday`: 0 is Sunday."""
    if plan.months or plan.renewed is Renewed.NEVER:
        return _spread(plan, days)
    if plan.limit is None:
        return None
    return [
        _share(plan.limit, plan.renewed, day, first_weekday)
        if day in plan.live and _is_within(plan, day)
        else 0
        for day in days
    ]


def _spread(plan: Plan, days: Sequence[date]) -> list[int] | None:
    first, last = plan.first, plan.last
    if plan.months:
        first = first or min(plan.months)
        last = last or (max(plan.months) + 31 * _DAY).replace(day=1) - _DAY
    if first is None or last is None or not 0 <= (last - first).days < _LONGEST:
        return None
    months = {month: amount for month, amount in plan.months.items() if first.replace(day=1) <= month <= last}
    up_to = plan_by_day(first=first, last=last, total=plan.limit, months=months)
    if up_to is None:
        return None
    daily = [up_to[0], *(after - before for before, after in zip(up_to, up_to[1:], strict=False))]
    found = {first + place * _DAY: amount for place, amount in enumerate(daily)}
    return [found.get(day, 0) for day in days]


def _share(limit: int, renewed: Renewed, day: date, first_weekday: int) -> int:
    """Of a limit for a day, week or month the share of this day; the shares add up to the limit."""
    if renewed is Renewed.DAILY:
        return limit
    if renewed is Renewed.WEEKLY:
        place, number = (day.isoweekday() - first_weekday) % _WEEK, _WEEK
    else:
        number = ((day.replace(day=1) + 31 * _DAY).replace(day=1) - day.replace(day=1)).days
        place = day.day - 1
    return limit * (place + 1) // number - limit * place // number


def _is_within(plan: Plan, day: date) -> bool:
    return (plan.first is None or plan.first <= day) and (plan.last is None or day <= plan.last)
