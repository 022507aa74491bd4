"""Budgets in plain words: what they limit, how they stand, how long they last. No database here."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.formats import date_format

from core import words
from promotions import budget_subjects
from promotions.budget_forecast import Forecast, Outlook
from promotions.models import Budget, BudgetAlert
from promotions.selectors.budgets import Standing

NEAR: Final = 80
"""From so many percent on people should look at it."""
WHOLE: Final = 100
IN_FORCE, NEAR_LIMIT, USED_UP, OFF, IDLE = "In force", "Near the limit", "Used up", "Off", "Without campaigns"
STATE_COLOURS: Final = {
    IN_FORCE: "success",
    NEAR_LIMIT: "warning",
    USED_UP: "danger",
    OFF: "",
    IDLE: "info",
}
MONEY: Final = frozenset({Budget.Measure.DISCOUNT, Budget.Measure.ORDER_VALUE, Budget.Measure.GIFT_CREDITS})
_THINGS: Final = {
    Budget.Measure.DISCOUNT: "discounts",
    Budget.Measure.ORDER_VALUE: "orders",
    Budget.Measure.GIFT_CREDITS: "gift credits",
}
_PERIODS: Final = {
    Budget.Period.EVER: "",
    Budget.Period.DAY: "each day",
    Budget.Period.WEEK: "each week",
    Budget.Period.MONTH: "each month",
}
_LASTS: Final = {
    Budget.Period.DAY: "Lasts today",
    Budget.Period.WEEK: "Lasts this week",
    Budget.Period.MONTH: "Lasts this month",
}


def is_money(budget: Budget) -> bool:
    return budget.measure in MONEY


def amount(budget: Budget, value: int) -> str:
    """1,234.50 EUR, or 1,200 redemptions"""
    if is_money(budget):
        return words.money(value)
    one = "redemption" if budget.measure == Budget.Measure.REDEMPTIONS else "unit"
    return words.count(value, one).replace(" ", "\N{NO-BREAK SPACE}")


def subject_of_limit(budget: Budget) -> str:
    """Discounts, each month, each store"""
    parts = [budget.get_measure_display()]
    if budget.period != Budget.Period.EVER:
        parts.append(_PERIODS[Budget.Period(budget.period)])
    if budget.per != Budget.Per.TOTAL:
        parts.append(budget.get_per_display().lower())
    return ", ".join(parts)


def sentence(budget: Budget) -> str:
    """At most 5,000.00 EUR of discounts, each month and for each store."""
    what = amount(budget, budget.limit)
    if is_money(budget):
        what = f"{what} of {_THINGS[Budget.Measure(budget.measure)]}"
    elif budget.measure == Budget.Measure.UNITS:
        what = f"{what} with a discount"
    rest = [
        _PERIODS[Budget.Period(budget.period)],
        f"for {budget.get_per_display().lower()}" if budget.per != Budget.Per.TOTAL else "",
        f"through {', '.join(budget.channels)}" if budget.channels else "",
        f"in {', '.join(budget.stores)}" if budget.stores else "",
    ]
    return f"At most {' '.join([what, *filter(None, rest)])}."


def state(budget: Budget, standing: Standing, *, has_campaigns: bool) -> str:
    if not budget.is_active:
        return OFF
    if not has_campaigns:
        return IDLE
    if not standing.left:
        return USED_UP
    return NEAR_LIMIT if standing.taken >= NEAR else IN_FORCE


def lasts(budget: Budget, forecast: Forecast | None, today: date) -> str:
    """When it runs out, as a list says it: 1 Apr 2026"""
    if forecast is None:
        return words.NOTHING
    match forecast.outlook:
        case Outlook.EXHAUSTED:
            return "Used up"
        case Outlook.UNKNOWN:
            return "Not enough data yet"
        case Outlook.LASTS:
            if budget.period in _LASTS:
                return _LASTS[Budget.Period(budget.period)]
            return (
                "Lasts beyond the plan" if budget.ends_on and budget.ends_on >= today else "Lasts for years"
            )
    assert forecast.runs_out_on is not None  # noqa: S101 - of this outlook
    if forecast.runs_out_on == today:
        return "Today"
    return day(forecast.runs_out_on)


def pace(budget: Budget, forecast: Forecast | None) -> str:
    """About 120.00 EUR a day; empty while it is not known."""
    if forecast is None or not forecast.per_day:
        return ""
    return f"about {amount(budget, round(forecast.per_day))} a day"


def day(value: date) -> str:
    """1 Apr 2026, never broken over two lines."""
    return date_format(value, "DATE_FORMAT").replace(" ", "\N{NO-BREAK SPACE}")


def period(budget: Budget, first: str) -> str:
    """The period of a counter: March 2026, 9 Mar 2026, the week from 9 Mar 2026; empty for ever."""
    if not first:
        return ""
    start = date.fromisoformat(first)
    match budget.period:
        case Budget.Period.MONTH:
            return date_format(start, "F Y")
        case Budget.Period.WEEK:
            return f"the week from {day(start)}"
    return day(start)


def subject(text: str, customer: str = "") -> str:
    """Whose use it is; `customer` is the name of the one that the text may mean."""
    found = budget_subjects.read(text)
    if found is None:
        return "Everybody together"
    if found.kind == budget_subjects.CUSTOMER:
        return customer or "A customer who was deleted"
    if found.kind == budget_subjects.STORE and not found.key:
        return "No store named"
    return found.key


def alert(budget: Budget, reached: BudgetAlert) -> str:
    """4,000.00 EUR of 5,000.00 EUR used, Gdansk, March 2026"""
    figures = f"{amount(budget, reached.used)} of {amount(budget, reached.limit)} used"
    whose = subject(reached.subject) if reached.subject else ""
    return ", ".join(filter(None, (figures, whose, period(budget, reached.period))))


def alert_label(reached: BudgetAlert) -> tuple[str, str]:
    """Text and colour of a label."""
    if reached.threshold >= WHOLE:
        return USED_UP, STATE_COLOURS[USED_UP]
    return f"{reached.threshold} % reached", "warning" if reached.threshold >= NEAR else "info"
