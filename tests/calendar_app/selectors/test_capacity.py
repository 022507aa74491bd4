from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from calendar_app.crowding import Cause
from calendar_app.models import Crowding
from calendar_app.selectors import capacity
from calendar_app.selectors.timeline import Asked
from commerce.models import Segment
from core import places
from core.models import ProjectSettings
from promotions.models import Budget, BudgetPlan, Campaign, Lifecycle
from tests.conftest import NOW
from tests.factories.areas import applies_in, area
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
)

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 9), date(2026, 3, 15)


@pytest.fixture(autouse=True)
def _in_warsaw(settings_row: ProjectSettings) -> None:
    settings_row.time_zone = "Europe/Warsaw"
    settings_row.save(update_fields=["time_zone"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def lives(days: list[capacity.Day]) -> list[int]:
    return [day.live for day in days]


def week(**values: Any) -> list[capacity.Day]:
    return capacity.per_day(FIRST, LAST, now=NOW, **values)


def test_days_are_those_of_the_project() -> None:
    CampaignFactory(starts_at=at("2026-03-10T00:00+01:00"), ends_at=at("2026-03-12T00:00+01:00"))
    CampaignFactory(starts_at=at("2026-03-11T23:59+01:00"), ends_at=None)

    found = week()

    assert [day.date for day in found] == [FIRST + timedelta(days=place) for place in range(7)]
    assert lives(found) == [0, 1, 2, 1, 1, 1, 1]
    assert not any(day.is_crowded or day.note for day in found)


def test_only_days_with_a_window_count() -> None:
    CampaignFactory(days_of_week=[6, 0])
    CampaignFactory(
        validity_hours={"daily": [{"days_of_week": [2], "start_time": "09:00", "expiration_time": "11:00"}]}
    )

    assert lives(week()) == [0, 1, 0, 0, 0, 1, 1]


def test_a_promotion_is_live_with_its_tiers() -> None:
    campaign = CampaignFactory(promotion=True, ends_at=at("2026-03-14T00:00+01:00"))
    PromotionTierFactory(campaign=campaign, starts_at=at("2026-03-12T00:00+01:00"))
    PromotionTierFactory(campaign=campaign, is_active=False)
    other = CampaignFactory(promotion=True)
    PromotionTierFactory(campaign=other, days_of_week=[1])
    PromotionTierFactory(campaign=other, days_of_week=[1, 5])

    assert lives(week()) == [1, 0, 0, 1, 2, 0, 0]


def test_drafts_are_planned_and_what_is_off_is_not_counted() -> None:
    CampaignFactory(lifecycle=Lifecycle.DRAFT, is_active=False)
    CampaignFactory(lifecycle=Lifecycle.IN_REVIEW, is_active=False, starts_at=at("2026-03-15T00:00+01:00"))
    CampaignFactory(lifecycle=Lifecycle.REJECTED, is_active=False)
    CampaignFactory(lifecycle=Lifecycle.PAUSED, is_active=False)
    CampaignFactory(ends_at=at("2026-03-10T00:00+01:00"))

    found = week()

    assert lives(found) == [1, 0, 0, 0, 0, 0, 0]
    assert [day.planned for day in found] == [1, 1, 1, 1, 1, 1, 2]


def named(segment: Segment, campaign: Campaign) -> None:
    rules = {"rules": {"1": {"name": "customer.segment", "conditions": {"$is": [segment.public_id]}}}}
    rule = ValidationRuleFactory(rules=rules)
    RuleAssignmentFactory(rule=rule, campaign=campaign)


def test_an_audience_with_too_many_promotions_makes_a_crowded_day() -> None:
    vip = Segment.objects.create(name="VIP", created_at=NOW)
    new = Segment.objects.create(name="New customers", created_at=NOW)
    for number in range(6):
        starts = at("2026-03-11T00:00+01:00") if number else None
        named(vip, CampaignFactory(starts_at=starts, ends_at=at("2026-03-13T00:00+01:00")))
    named(new, CampaignFactory())

    found = week()

    assert [[(one.name, one.live) for one in day.audiences] for day in found[1:5]] == [
        [("New customers", 1), ("VIP", 1)],
        [("VIP", 6), ("New customers", 1)],
        [("VIP", 6), ("New customers", 1)],
        [("New customers", 1)],
    ]
    assert [day.date.day for day in found if day.is_crowded] == [11, 12]
    assert found[2].note == "7 promotions at once, usual are 2. 6 promotions for VIP, more than 5."
    assert [reason.cause for reason in found[2].reasons] == [Cause.LIVE, Cause.AUDIENCE]


def test_a_day_is_as_crowded_in_a_week_as_in_a_quarter() -> None:
    CampaignFactory.create_batch(4)
    CampaignFactory.create_batch(
        4, starts_at=at("2026-03-13T00:00+01:00"), ends_at=at("2026-03-14T00:00+01:00")
    )

    quarter = capacity.per_day(date(2026, 1, 1), date(2026, 3, 31), now=NOW)
    found = week()

    assert [day for day in quarter if FIRST <= day.date <= LAST] == found
    assert [day.date.day for day in quarter if day.is_crowded] == [13]
    assert found[4].note == "8 promotions at once, usual are 4."


def test_people_say_from_what_on_a_day_is_crowded() -> None:
    Crowding.objects.create(pk=1, live=1, per_audience=None, created_at=NOW)
    CampaignFactory.create_batch(2)

    assert week()[0].note == "2 promotions at once, more than 1."


def test_planned_budget_of_all_budgets_of_discounts() -> None:
    ending = CampaignFactory(
        starts_at=at("2026-03-09T00:00+01:00"), ends_at=at("2026-03-14T00:00+01:00"), days_of_week=[1, 3]
    )
    once = BudgetFactory(limit=1000)
    draw(once, ending)  # evenly over its five days
    daily = BudgetFactory(limit=70, period=Budget.Period.DAY)
    draw(daily, ending)  # on its Monday and Wednesday
    months = BudgetFactory(limit=5)
    BudgetPlan.objects.create(budget=months, month=date(2026, 3, 1), amount=31_000)
    draw(BudgetFactory(), CampaignFactory())  # without an end
    BudgetFactory(limit=10**9, starts_on=FIRST, ends_on=LAST, measure=Budget.Measure.REDEMPTIONS)
    BudgetFactory(limit=10**9, starts_on=FIRST, ends_on=LAST, is_active=False)

    found = week()

    assert [day.budget_amount for day in found] == [1270, 1200, 1270, 1200, 1200, 1000, 1000]


def test_without_any_plan_there_is_no_budget() -> None:
    assert {day.budget_amount for day in week()} == {None}


def test_filters_leave_out_campaigns_and_budgets() -> None:
    category = CategoryFactory()
    asked = Asked(since=NOW, until=NOW, categories=[category.public_id])
    mine = CampaignFactory(category=category)
    CampaignFactory()
    draw(BudgetFactory(limit=700, starts_on=FIRST, ends_on=LAST), mine)
    BudgetFactory(limit=7000, starts_on=FIRST, ends_on=LAST)

    found = week(asked=asked)

    assert (lives(found), {day.budget_amount for day in found}) == ([1] * 7, {100})


def test_who_works_in_one_area_counts_his_own_only() -> None:
    north, south = area("North"), area("South")
    here, there = applies_in(CampaignFactory(), area=north), applies_in(CampaignFactory(), area=south)
    CampaignFactory()
    draw(BudgetFactory(limit=700, starts_on=FIRST, ends_on=LAST), here)
    draw(BudgetFactory(limit=70_000, starts_on=FIRST, ends_on=LAST), here, there)

    with places.limited_to(frozenset({places.area(north.public_id)})):
        found = week()

    assert (lives(found), {day.budget_amount for day in found}) == ([1] * 7, {100})


def test_cost_does_not_grow(count_queries: Callable[[Callable[[], Any]], int]) -> None:
    def more(number: int) -> None:
        for campaign in CampaignFactory.create_batch(number, days_of_week=[1]):
            draw(BudgetFactory(starts_on=FIRST, ends_on=LAST), campaign)
            named(Segment.objects.create(name=f"S{campaign.pk}", created_at=NOW), campaign)
            PromotionTierFactory(campaign=CampaignFactory(promotion=True))

    more(2)
    few = count_queries(week)
    more(15)

    assert count_queries(week) == few
    assert few <= 14
