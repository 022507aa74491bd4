"""How long budgets last, and how their use went: what the pure arithmetic needs, and its answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Sum

from core.models import ProjectSettings
from promotions.budget_forecast import WINDOW, Forecast, actual_by_day, forecast, plan_by_day
from promotions.models import Budget
from promotions.selectors import budgets as selectors
from promotions.selectors.budgets import Fullest, Spent, Standing

LONGEST_COURSE: Final = timedelta(days=400)
SHORTEST_COURSE: Final = timedelta(days=WINDOW - 1)


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Of a list: the fullest counter, and its forecast; None where every customer is counted alone."""

    fullest: Fullest
    forecast: Forecast | None


@dataclass(frozen=True, kw_only=True)
class Course:
    """Use up to and with each of `days`, in the budget's unit; `actual` ends with today. `plan` None: none.

    Of a budget that is renewed each day the use of each single day, instead.
    """

    days: list[date]
    actual: list[int]
    plan: list[int] | None
    limit: int | None


def today_of(settings: ProjectSettings, now: datetime) -> date:
    return now.astimezone(settings.zone).date()


def outlooks(budgets: Collection[Budget], settings: ProjectSettings, now: datetime) -> dict[int, Outlook]:
    """By budget, in a constant number of queries."""
    full = selectors.fullest(budgets, settings, now)
    counted = [budget for budget in budgets if budget.per != Budget.Per.CUSTOMER]
    since = today_of(settings, now) - timedelta(days=WINDOW)
    spent = selectors.spent_by_day(counted, settings, since) if counted else {}
    return {
        budget.pk: Outlook(
            fullest=full[budget.pk],
            forecast=None
            if budget.per == Budget.Per.CUSTOMER
            else forecast_of(
                budget,
                full[budget.pk].standing,
                spent.get((budget.pk, full[budget.pk].standing.subject), {}),
                settings,
                now,
            ),
        )
        for budget in budgets
    }


def forecasts(
    budget: Budget, standings: Collection[Standing], settings: ProjectSettings, now: datetime
) -> list[Forecast]:
    """One for each of these counters, in their order; one query."""
    spent = selectors.spent_by_day([budget], settings, today_of(settings, now) - timedelta(days=WINDOW))
    return [
        forecast_of(budget, standing, spent.get((budget.pk, standing.subject), {}), settings, now)
        for standing in standings
    ]


def forecast_of(
    budget: Budget, standing: Standing, spent: Spent, settings: ProjectSettings, now: datetime
) -> Forecast:
    today = today_of(settings, now)
    return forecast(
        spent=[spent.get(today - timedelta(days=ago), 0) for ago in range(WINDOW, 0, -1)],
        today=today,
        spent_today=spent.get(today, 0),
        left=standing.left,
        until=selectors.last_day(budget.period, settings, now) or budget.ends_on,
    )


def course(budget: Budget, settings: ProjectSettings, now: datetime) -> Course:
    """Plan against actual of the running period, of all subjects together."""
    today = today_of(settings, now)
    months = selectors.plan_of(budget)
    first, last = _dates(budget, months, settings, now)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    spent = _together(selectors.spent_by_day([budget], settings, first))
    limit = budget.limit if budget.per == Budget.Per.TOTAL else None
    if budget.period == Budget.Period.DAY:
        return Course(days=days, actual=[spent.get(day, 0) for day in days], plan=None, limit=limit)
    period = selectors.period_of(budget.period, settings, now)
    rows = selectors.counters(budget).filter(period=period)
    before = rows.aggregate(used=Sum("value", default=0))["used"] - sum(spent.values())
    actual = actual_by_day(first=first, last=min(last, today), before=before, spent=spent)
    return Course(days=days, actual=actual, plan=_plan(budget, months, days, limit), limit=limit)


def _dates(
    budget: Budget, months: Mapping[date, int], settings: ProjectSettings, now: datetime
) -> tuple[date, date]:
    """The first and the last day to show: the running period, the plan, or the last weeks."""
    today = today_of(settings, now)
    if budget.period == Budget.Period.DAY:
        return today - SHORTEST_COURSE, today
    end = selectors.last_day(budget.period, settings, now)
    if end is not None:
        return date.fromisoformat(selectors.period_of(budget.period, settings, now)), end
    begin, end = _ends(budget, months)
    first = begin or min(today_of(settings, budget.created_at), today - SHORTEST_COURSE)
    last = max(end or today, first + SHORTEST_COURSE)
    if last - first > LONGEST_COURSE:
        first = max(first, today - LONGEST_COURSE / 2)
        last = min(last, first + LONGEST_COURSE)
    return first, last


def _ends(budget: Budget, months: Mapping[date, int]) -> tuple[date | None, date | None]:
    """When the plan begins and ends, by its dates or else its months."""
    begin, end = budget.starts_on, budget.ends_on
    if months:
        begin = begin or min(months)
        end = end or (max(months) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return begin, end


def _plan(
    budget: Budget, months: Mapping[date, int], days: Sequence[date], limit: int | None
) -> list[int] | None:
    """As planned for the months; else an even line, where there is an end to reach."""
    begin, end = _ends(budget, months) if budget.period == Budget.Period.EVER else (days[0], days[-1])
    if begin is None or end is None:
        return None
    within = {month: amount for month, amount in months.items() if begin.replace(day=1) <= month <= end}
    whole = plan_by_day(first=begin, last=end, total=limit, months=within)
    if whole is None:
        return None
    planned = {begin + timedelta(days=ahead): amount for ahead, amount in enumerate(whole)}
    return [planned.get(day, 0 if day < begin else whole[-1]) for day in days]


def _together(spent: Mapping[tuple[int, str], Spent]) -> Spent:
    found: Spent = {}
    for days in spent.values():
        for day, amount in days.items():
            found[day] = found.get(day, 0) + amount
    return found
