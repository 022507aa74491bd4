from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.planned_budget import Plan, Renewed, by_day
from tests import nightly

DAY = timedelta(days=1)
MARCH = [date(2026, 3, 1) + place * DAY for place in range(31)]


def plan(**values: object) -> Plan:
    usual = {"limit": 3100, "renewed": Renewed.NEVER, "first": None, "last": None}
    return Plan(**{**usual, **values})  # type: ignore[arg-type]


def test_a_budget_for_once_is_spread_evenly_over_its_days() -> None:
    found = by_day(plan(limit=10, first=date(2026, 3, 2), last=date(2026, 3, 4)), MARCH, first_weekday=1)

    assert found == [0, 3, 3, 4, *[0] * 27]


def test_without_an_end_or_for_each_customer_nothing_can_be_said() -> None:
    assert by_day(plan(first=date(2026, 3, 2)), MARCH, first_weekday=1) is None
    assert by_day(plan(limit=None, first=MARCH[0], last=MARCH[-1]), MARCH, first_weekday=1) is None
    assert by_day(plan(limit=None, renewed=Renewed.DAILY), MARCH, first_weekday=1) is None


def test_a_plan_by_months_beats_the_limit() -> None:
    months = {date(2026, 3, 1): 3100, date(2026, 4, 1): 0}

    found = by_day(plan(limit=9_999_999, months=months), MARCH, first_weekday=1)

    assert found == [100] * 31


def test_a_daily_limit_counts_on_days_on_which_a_campaign_is_live() -> None:
    live = {date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 14)}

    found = by_day(
        plan(limit=500, renewed=Renewed.DAILY, live=live, last=date(2026, 3, 8)), MARCH, first_weekday=1
    )

    assert found == [0] * 6 + [500, 500] + [0] * 23


@settings(max_examples=nightly.times(20, 500))
@given(st.integers(0, 10**9), st.integers(0, 6))
def test_the_days_of_a_week_and_of_a_month_add_up_to_the_limit(limit: int, first_weekday: int) -> None:
    live = set(MARCH)

    week = by_day(plan(limit=limit, renewed=Renewed.WEEKLY, live=live), MARCH, first_weekday=first_weekday)
    month = by_day(plan(limit=limit, renewed=Renewed.MONTHLY, live=live), MARCH, first_weekday=first_weekday)

    assert week is not None
    assert month is not None
    begin = next(place for place, day in enumerate(MARCH) if day.isoweekday() % 7 == first_weekday)
    assert sum(week[begin : begin + 7]) == sum(week[begin + 7 : begin + 14]) == limit
    assert sum(month) == limit
