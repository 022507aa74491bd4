"""Plan against actual as a chart: what unfold's canvas takes, and the same in a sentence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.formats import date_format

from core import words
from core.admin import chart_options
from promotions import budget_words
from promotions.budget_forecast import Forecast
from promotions.models import Budget
from promotions.selectors.budget_outlook import Course


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`data` and `options` are JSON for the canvas; `text` says the same to those who do not see it."""

    title: str
    unit: str
    kind: str
    data: str
    options: str
    text: str


def chart(budget: Budget, course: Course, forecast: Forecast | None) -> Chart:
    is_daily = budget.period == Budget.Period.DAY
    parts = [_actual(budget, course, is_daily)]
    if course.plan is not None:
        parts.append(_line(budget, "Plan", course.plan, "var(--color-base-400)", [6, 4]))
    if (expected := _expected(course, forecast)) is not None:
        parts.append(
            _line(budget, "Forecast", expected, "var(--color-primary-400)", [2, 2]) | {"spanGaps": True}
        )
    if course.limit is not None:
        parts.append(_line(budget, "Limit", [course.limit] * len(course.days), "#dc2626", []))
    return Chart(
        title="Used each day" if is_daily else "Used so far" if course.plan is None else "Plan and use",
        unit=_unit(budget),
        kind="bar" if is_daily else "line",
        data=json.dumps({"labels": [date_format(day, "j M") for day in course.days], "datasets": parts}),
        options=json.dumps(_OPTIONS),
        text=_text(budget, course, is_daily),
    )


def _unit(budget: Budget) -> str:
    period = {"WEEK": "this week", "MONTH": "this month", "DAY": "the last 28 days"}.get(budget.period, "")
    unit = f"in {words.currency()}" if budget_words.is_money(budget) else ""
    together = "all together" if budget.per != Budget.Per.TOTAL else ""
    return ", ".join(filter(None, (unit, period, together)))


def _actual(budget: Budget, course: Course, is_daily: bool) -> dict[str, Any]:
    found = {
        "label": "Used",
        "data": _numbers(budget, course.actual),
        "borderColor": "var(--color-primary-600)",
        "backgroundColor": "var(--color-primary-500)",
    }
    if is_daily:
        return {**found, "borderRadius": 4, "maxBarThickness": 24, "order": 1}
    return {**found, "borderWidth": 2.5, "pointRadius": 0, "pointHitRadius": 8}


def _line(
    budget: Budget, label: str, values: Sequence[int | None], colour: str, dash: list[int]
) -> dict[str, Any]:
    return {
        "type": "line",
        "label": label,
        "data": _numbers(budget, values),
        "borderColor": colour,
        "backgroundColor": colour,
        "borderDash": dash,
        "borderWidth": 1.5,
        "pointRadius": 0,
        "pointHitRadius": 8,
    }


def _expected(course: Course, forecast: Forecast | None) -> list[int | None] | None:
    """A straight line from today's use to the limit, if it gets there within the days shown."""
    end = forecast.runs_out_on if forecast else None
    if end is None or end not in course.days or course.limit is None or not course.actual:
        return None
    today = len(course.actual) - 1
    values: list[int | None] = [None] * len(course.days)
    values[today] = course.actual[-1]
    values[course.days.index(end)] = course.limit
    return values


def _numbers(budget: Budget, values: Sequence[int | None]) -> list[str | int | None]:
    """Money as text with two decimals, which the canvas reads: no float comes near it here."""
    if not budget_words.is_money(budget):
        return list(values)
    return [None if value is None else words.plain_money(value).replace(",", "") for value in values]


def _text(budget: Budget, course: Course, is_daily: bool) -> str:
    if is_daily:
        most = max(course.actual, default=0)
        return f"At most {budget_words.amount(budget, most)} on one day."
    if not course.actual:
        return f"The plan begins on {budget_words.day(course.days[0])}."
    used = course.actual[-1]
    text = f"{budget_words.amount(budget, used)} used by {budget_words.day(_today(course))}"
    if course.plan is None:
        is_dated = budget.period == Budget.Period.EVER and budget.per == Budget.Per.TOTAL
        missing = "dates, or a plan by month," if is_dated else "a plan by month"
        return f"{text}. Give the budget {missing} to compare it with."
    gap = used - course.plan[len(course.actual) - 1]
    if not gap:
        return f"{text}, exactly as planned."
    return f"{text}: {budget_words.amount(budget, abs(gap))} {'more' if gap > 0 else 'less'} than planned."


def _today(course: Course) -> date:
    return course.days[len(course.actual) - 1]


# A box without height is a line there and back again: of this width both ways dash alike.
_OPTIONS: Final = chart_options.of(
    {"boxHeight": 0, "boxWidth": 23}, x=chart_options.days(8), y=chart_options.amounts(6)
)
