"""A campaign is changed in steps: one change, on what was seen, with whoever has to say yes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from approvals.models import ApprovalRequest
from core.actors import Actor
from promotions.admin.wizard import answers as compiled
from promotions.models import Budget, Campaign, CampaignSetup, PromotionTier
from promotions.plans import BudgetWish, PromotionPlan, TierPlan
from promotions.selectors import plans
from promotions.selectors import validation_rules as known_rules
from promotions.services import campaigns, setups
from promotions.services.campaigns import CampaignSpec
from tests.conftest import NOW
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    percent,
)
from tests.promotions.wizard.conftest import Answer, at

pytestmark = pytest.mark.django_db

BY: Any = {"actor": Actor.system("tests"), "now": NOW}
MINE = PromotionPlan(
    kind="PROMOTION",
    name="Coffee",
    tiers=(TierPlan(name="Coffee", discount=percent(10)),),
    conditions={"rules": {"1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [1000]}}}},
    budget=BudgetWish(limit=10_000),
)


def made(plan: PromotionPlan = MINE) -> Campaign:
    return setups.launch(plan=plan, **BY)


def changed(campaign: Campaign, **values: Any) -> Campaign:
    was = plans.plan_of(campaign)
    return setups.change(campaign_id=campaign.pk, plan=replace(was, **values), seen=setups.digest(was), **BY)


def test_a_plan_that_is_made_reads_as_it_was_written() -> None:
    found = plans.plan_of(made())

    assert (
        replace(found, tiers=(replace(found.tiers[0], id=""),), budget=replace(found.budget, id="")) == MINE
    )


@pytest.mark.parametrize(
    "plan",
    [
        MINE,
        replace(MINE, tiers=(*MINE.tiers, TierPlan(name="Other", discount=percent(50)))),
        replace(MINE, conditions={}, tiers=(replace(MINE.tiers[0], conditions=MINE.conditions),)),
        replace(MINE, tiers=(replace(MINE.tiers[0], conditions=MINE.conditions),)),
    ],
)
def test_answers_of_a_campaign_lead_back_to_it(plan: PromotionPlan) -> None:
    stored = plans.plan_of(made(plan))

    assert compiled.compile(compiled.of_plan(stored)) == stored


def test_all_parts_change_in_one_go_and_each_has_one_new_version() -> None:
    campaign = made()
    tier, budget = PromotionTier.objects.get(), Budget.objects.get()
    rule = known_rules.of_campaign(campaign)
    assert rule is not None
    rows: list[Any] = [campaign, tier, budget, rule]
    versions = numbers(rows)
    conditions = {"rules": {"1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [2000]}}}}
    was = plans.plan_of(campaign)

    changed(
        campaign,
        description="Stronger",
        days_of_week=(0, 6),
        conditions=conditions,
        tiers=(replace(was.tiers[0], discount=percent(20)),),
        budget=replace(was.budget, limit=20_000),
    )

    for row in rows:
        row.refresh_from_db()
    assert (campaign.description, campaign.days_of_week) == ("Stronger", [0, 6])
    assert (tier.discount, budget.limit) == (percent(20), 20_000)
    assert rule.rules == conditions["rules"]
    assert [after - was for after, was in zip(numbers(rows), versions, strict=True)] == [1, 1, 1, 1]


def numbers(rows: list[Any]) -> list[int]:
    """Of the newest version of each."""
    for row in rows:
        row.refresh_from_db()
    return [row.version.number for row in rows]


def test_a_rule_that_others_have_is_not_changed_for_them() -> None:
    campaign, other = made(), CampaignFactory(created_at=NOW)
    rule = known_rules.of_campaign(campaign)
    RuleAssignmentFactory(rule=rule, campaign=other)

    changed(campaign, conditions={"rules": {"1": {"name": "order.amount", "conditions": {"$is": [1]}}}})

    assert known_rules.of_campaign(other) == rule
    assert known_rules.of_campaign(campaign) != rule
    rule.refresh_from_db()
    assert rule.rules == MINE.conditions["rules"]


def test_conditions_and_budget_can_be_taken_away() -> None:
    campaign = made()

    changed(campaign, conditions={}, budget=None)

    assert known_rules.of_campaign(campaign) is None
    assert not Budget.objects.filter(deleted_at=None).exists()


def test_what_somebody_changed_meanwhile_is_not_overwritten() -> None:
    campaign = made()
    was = plans.plan_of(campaign)
    campaigns.update(campaign_id=campaign.pk, spec=CampaignSpec(values={"description": "Theirs"}), **BY)

    with pytest.raises(setups.ChangedMeanwhile):
        setups.change(campaign_id=campaign.pk, plan=replace(was, name="Mine"), seen=setups.digest(was), **BY)

    campaign.refresh_from_db()
    assert (campaign.name, campaign.description) == ("Coffee", "Theirs")


def test_the_steps_open_on_a_campaign_and_change_only_what_was_answered(
    admin_page: Client, answer: Answer
) -> None:
    tier = PromotionTierFactory(name="Gold", discount=percent(10))
    rule = ValidationRuleFactory(
        rules={"1": {"name": "order.metadata", "property": "x", "conditions": {"$is": [1]}}}
    )
    RuleAssignmentFactory(rule=rule, promotion_tier=tier)
    campaign = tier.campaign
    ref = f"c{campaign.pk}"

    opened = admin_page.get(at(ref, "discount")).content.decode()
    assert not CampaignSetup.objects.exists()
    answer("discount", ref=ref, discount_type="PERCENT", percent_off="25")
    review = admin_page.get(at(CampaignSetup.objects.get(), "review")).content.decode()
    admin_page.post(at(CampaignSetup.objects.get(), "review"), {"_apply": "1"})

    tier.refresh_from_db()
    rule.refresh_from_db()
    assert 'value="10"' in opened
    assert "10 % off the order becomes 25 % off the order" in review
    assert (tier.discount["percent_off"], tier.name, rule.rules["1"]["property"]) == (25, "Gold", "x")
    assert not CampaignSetup.objects.exists()


def test_both_sides_of_a_stale_change_are_brought_together(admin_page: Client, answer: Answer) -> None:
    campaign = made()
    answer("texts", ref=f"c{campaign.pk}", description="Mine")
    campaigns.update(campaign_id=campaign.pk, spec=CampaignSpec(values={"days_of_week": [1]}), **BY)
    url = at(CampaignSetup.objects.get(), "review")

    told = admin_page.get(url).content.decode()
    refused = admin_page.post(url, {"_apply": "1"}).content.decode()
    admin_page.post(url, {"_refresh": "1"})
    admin_page.post(url, {"_apply": "1"})

    campaign.refresh_from_db()
    assert "Somebody changed the campaign since you began." in told
    assert "Somebody changed it since you opened it." in refused
    assert (campaign.description, campaign.days_of_week) == ("Mine", [1])


def test_a_marketer_asks_for_another_budget_and_changes_the_rest_alone(page_as: Any) -> None:
    campaign = made()
    mara = page_as("Marketer")
    url = at(f"c{campaign.pk}", "limits")
    seen = mara.get(url).context["seen"]
    mara.post(
        url,
        {
            "seen": seen,
            "budget_limit": "900.00",
            "budget_period": "EVER",
            "budget_policy": "REFUSE",
            "_next": "1",
        },
    )
    review = at(CampaignSetup.objects.get(), "review")

    told = mara.get(review).content.decode()
    done = mara.post(review, {"_apply": "1"}, follow=True).content.decode()

    assert "Ask for the change" in told
    assert "Open the request" in done
    assert Budget.objects.get().limit == 10_000
    request = ApprovalRequest.objects.get()
    assert (request.operation, request.state) == ("budgets.rework", "PENDING")


def test_notes_of_others_are_out_of_reach(page_as: Any, answer: Answer) -> None:
    answer("type", name="Secret", kind="CODES")
    row = CampaignSetup.objects.get()
    mara = page_as("Marketer")

    assert mara.get(at(row, "type")).status_code == 404
    assert mara.post(at(row, "type"), {"_discard": "1"}).status_code == 404
    assert CampaignSetup.objects.filter(pk=row.pk).exists()
    User.objects.get(username="marketer-person").groups.set([Group.objects.get(name="Viewer")])
    viewer = Client(raise_request_exception=False)
    viewer.force_login(User.objects.get(username="marketer-person"))
    assert viewer.get(at("new", "type")).status_code == 403
