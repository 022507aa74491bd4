"""Each kind of rule, at its exact edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.actors import Actor
from core.models import ProjectSettings
from insights.models import AlertRule
from insights.selectors.alert_findings.rates import windows
from promotions.models import Budget, Campaign
from tests.conftest import NOW
from tests.factories.alerts import Kind, redemptions, rule
from tests.factories.areas import applies_in, area
from tests.factories.promotions import CampaignFactory, CategoryFactory
from tests.insights.alert_world import (
    DAY,
    HOUR,
    MINUTE,
    OLD,
    WEEK,
    budget_of,
    found,
    of,
    reached,
    spent,
    subjects,
    usual,
)

pytestmark = pytest.mark.django_db


# Budgets ----------------------------------------------------------------------
def test_a_budget_is_found_from_the_threshold_of_the_rule_on() -> None:
    asked, campaign = rule(Kind.BUDGET, share=80), CampaignFactory()
    budget = budget_of(campaign, name="Season")
    reached(budget, 50)
    assert found(asked) == []

    reached(budget, 80)

    (only,) = found(asked)
    assert (only.subject, only.level, only.campaign_id) == (f"budget:{budget.public_id}::", 80, campaign.pk)
    assert (only.figures["used"], only.figures["limit"], only.figures["budget"]) == (800, 1_000, "Season")


def test_a_budget_that_is_switched_off_or_counts_customers_is_left_alone() -> None:
    asked = rule(Kind.BUDGET, share=80)
    for values in ({"is_active": False}, {"per": Budget.Per.CUSTOMER}):
        reached(budget_of(CampaignFactory(), **values), 100)

    assert found(asked) == []


def test_the_budget_of_another_campaign_is_out_of_scope() -> None:
    mine, other = CampaignFactory(), CampaignFactory()
    asked = rule(Kind.BUDGET, scope=AlertRule.Scope.CAMPAIGN, campaign=mine)
    reached(budget_of(other), 100)
    own = budget_of(mine)
    reached(own, 100)

    assert subjects(asked) == [f"budget:{own.public_id}::"]


@pytest.mark.parametrize(("used", "is_found"), [(500, True), (501, False)])
def test_a_campaign_that_ends_is_found_while_enough_is_left(used: int, is_found: bool) -> None:
    campaign = CampaignFactory(ends_at=NOW + 3 * DAY)
    budget = budget_of(campaign)
    spent(budget, used)

    assert subjects(rule(Kind.ENDING)) == ([of(campaign, f":{budget.public_id}")] if is_found else [])


@pytest.mark.parametrize(
    ("ends_at", "is_found"),
    [
        (NOW, False),
        (NOW + MINUTE, True),
        (NOW + 3 * DAY, True),
        (NOW + 3 * DAY + MINUTE, False),
        (None, False),
    ],
)
def test_a_campaign_is_found_so_many_days_before_its_end(ends_at: datetime | None, is_found: bool) -> None:
    budget_of(CampaignFactory(ends_at=ends_at))

    assert bool(found(rule(Kind.ENDING))) is is_found


@pytest.mark.parametrize(
    "values",
    [{"period": Budget.Period.MONTH}, {"per": Budget.Per.STORE}, {"is_active": False}, {"limit": 0}],
)
def test_what_is_left_of_other_budgets_is_not_lost(values: dict[str, Any]) -> None:
    budget_of(CampaignFactory(ends_at=NOW + DAY), **values)

    assert found(rule(Kind.ENDING)) == []


# Rates ----------------------------------------------------------------------
def test_few_redemptions_are_found_against_the_same_hours_of_weeks_before() -> None:
    asked = rule(Kind.RATE)
    usual(100)
    redemptions(40, at=NOW - HOUR)
    redemptions(500, at=NOW - 3 * HOUR)

    (only,) = found(asked)

    assert only.subject == "all"
    assert {name: only.figures[name] for name in ("direction", "current", "usual_twice", "weeks")} == {
        "direction": "FEWER",
        "current": 40,
        "usual_twice": 200,
        "weeks": [100] * 4,
    }


def test_one_more_redemption_is_as_usual_unless_it_was_found_before() -> None:
    asked = rule(Kind.RATE)
    usual(100)
    redemptions(41, at=NOW - HOUR)

    assert found(asked) == []
    assert subjects(asked, known=[("all", {"direction": "FEWER"})]) == ["all"]


@pytest.mark.parametrize(("at", "counts"), [(2 * HOUR, True), (2 * HOUR + MINUTE, False)])
def test_hours_are_half_open(at: timedelta, counts: bool) -> None:
    asked = rule(Kind.RATE, direction=AlertRule.Direction.MORE)
    redemptions(1, at=OLD)
    redemptions(30, at=NOW - at)
    redemptions(30, at=NOW)

    assert [one.figures["current"] for one in found(asked)] == ([30] if counts else [])


def test_a_rule_for_more_does_not_mind_fewer() -> None:
    usual(100)

    assert found(rule(Kind.RATE, direction=AlertRule.Direction.MORE)) == []
    assert subjects(rule(Kind.RATE, name="Fewer", direction=AlertRule.Direction.FEWER)) == ["all"]


def test_campaigns_by_themselves_when_they_ran_all_the_time() -> None:
    asked = rule(Kind.RATE, is_each=True)
    old, paused, over, young = (
        CampaignFactory(created_at=OLD),
        CampaignFactory(created_at=OLD, is_active=False),
        CampaignFactory(created_at=OLD, ends_at=NOW - HOUR),
        CampaignFactory(created_at=NOW - 2 * WEEK - DAY),
    )
    for campaign in (old, paused, over, young):
        usual(100, campaign)

    (only,) = found(asked)

    assert (only.subject, only.campaign_id, only.figures["current"]) == (of(old), old.pk, 0)


def test_weeks_before_its_start_are_not_those_of_a_campaign() -> None:
    asked = rule(Kind.RATE, is_each=True, direction=AlertRule.Direction.MORE)
    campaign = CampaignFactory(created_at=OLD, starts_at=NOW - 3 * WEEK - 2 * HOUR)
    redemptions(30, at=NOW - MINUTE, campaign=campaign)

    (only,) = found(asked)
    assert only.figures["weeks"] == [0, 0, 0]

    Campaign.objects.update(starts_at=NOW - 3 * WEEK - HOUR)
    assert found(asked) == []


def test_a_category_and_an_area_are_watched_together() -> None:
    category, hamburg = CategoryFactory(name="Toys"), area("Hamburg", zone="Europe/Berlin")
    inside = CampaignFactory(created_at=OLD, category=category)
    applies_in(inside, area=hamburg)
    usual(100, inside)
    redemptions(100, at=NOW - HOUR, campaign=CampaignFactory(created_at=OLD))
    of_category = rule(Kind.RATE, name="C", scope=AlertRule.Scope.CATEGORY, category=category)
    of_area = rule(Kind.RATE, name="A", scope=AlertRule.Scope.AREA, area=hamburg)
    of_none = rule(Kind.RATE, name="N", scope=AlertRule.Scope.AREA)

    for asked, name in ((of_category, "Toys"), (of_area, "Hamburg")):
        (only,) = found(asked)
        assert (only.subject, only.figures["name"], only.figures["current"]) == ("all", name, 0)
    assert found(of_none) == []


def test_the_same_hours_are_those_of_the_clock_on_the_wall(settings_row: ProjectSettings) -> None:
    """Summer time began on 29 March: 10:00 was 9:00 UTC the week before."""
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    now = datetime(2026, 3, 30, 8, 0, tzinfo=UTC)

    assert [until for _, until in windows(now, 1)][:2] == [now, datetime(2026, 3, 23, 9, 0, tzinfo=UTC)]


# Refusals ----------------------------------------------------------------------
def test_refusals_are_found_by_share_and_number_with_their_reasons() -> None:
    asked = rule(Kind.REFUSALS)
    redemptions(15, at=NOW - MINUTE, refused="voucher_expired")
    redemptions(4, at=NOW - 30 * MINUTE, refused="quantity_exceeded")
    redemptions(50, at=NOW - 31 * MINUTE, refused="quantity_exceeded")
    redemptions(20, at=NOW - MINUTE)
    assert found(asked) == []

    redemptions(1, at=NOW - MINUTE, refused="quantity_exceeded")

    (only,) = found(asked)
    assert only.figures == {
        "name": "",
        "campaign_id": None,
        "refused": 20,
        "attempts": 40,
        "minutes": 30,
        "reasons": [
            {"reason": "voucher_expired", "number": 15},
            {"reason": "quantity_exceeded", "number": 5},
        ],
    }


def test_only_the_reasons_of_the_rule_count() -> None:
    asked = rule(Kind.REFUSALS, reasons=["budget_exceeded"])
    redemptions(40, at=NOW - MINUTE, refused="voucher_expired")
    assert found(asked) == []

    redemptions(40, at=NOW - MINUTE, refused="budget_exceeded")

    (only,) = found(asked)
    assert (only.figures["refused"], only.figures["attempts"]) == (40, 80)


def test_refusals_of_each_campaign() -> None:
    asked = rule(Kind.REFUSALS, is_each=True)
    good, bad = CampaignFactory(), CampaignFactory()
    redemptions(100, at=NOW - MINUTE, campaign=good)
    redemptions(20, at=NOW - MINUTE, campaign=bad, refused="voucher_expired")
    redemptions(20, at=NOW - MINUTE, refused="not_found")

    assert subjects(asked) == [of(bad)]


# Launches ----------------------------------------------------------------------
@pytest.mark.parametrize(("age", "is_found"), [(24 * HOUR, True), (24 * HOUR - MINUTE, False)])
def test_a_campaign_is_found_so_many_hours_after_its_start(age: timedelta, is_found: bool) -> None:
    campaign = CampaignFactory(created_at=OLD, starts_at=NOW - age)

    assert subjects(rule(Kind.NO_REDEMPTION)) == ([of(campaign)] if is_found else [])


def test_one_redemption_is_enough_and_a_refusal_is_none() -> None:
    asked, campaign = rule(Kind.NO_REDEMPTION), CampaignFactory(created_at=OLD)
    redemptions(5, at=NOW - HOUR, campaign=campaign, refused="voucher_expired")
    assert subjects(asked) == [of(campaign)]

    redemptions(1, at=NOW - HOUR, campaign=campaign)
    assert found(asked) == []


def test_a_draft_begins_when_it_is_launched() -> None:
    from core import audit

    campaign = CampaignFactory(created_at=OLD)
    audit.log(Actor.system("tests"), "campaign.launched", campaign, now=NOW - 23 * HOUR)

    assert found(rule(Kind.NO_REDEMPTION)) == []
    assert subjects(rule(Kind.NO_REDEMPTION, name="Sooner", hours=23)) == [of(campaign)]


def test_hours_in_which_it_cannot_be_redeemed_do_not_count() -> None:
    """NOW is a Tuesday at noon: since the start, Sunday had 24 hours and Monday none."""
    campaign = CampaignFactory(created_at=OLD, starts_at=NOW - 60 * HOUR, days_of_week=[0])

    assert subjects(rule(Kind.NO_REDEMPTION, hours=24)) == [of(campaign)]
    assert found(rule(Kind.NO_REDEMPTION, name="Later", hours=25)) == []
