"""The whole preview: it writes nothing, asks a bounded number of questions, and leaves out what is slow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from core.models import AuditEntry, OutboxEvent
from promotions.models import Budget, Campaign, PromotionTier, ValidationRule
from promotions.plans import BudgetWish, CodePlan, PromotionPlan, TierPlan
from promotions.previews import past_orders, plans
from promotions.previews.plans import of_campaign, of_plan, of_tier
from promotions.previews.proposal import Pool, Proposal
from promotions.previews.report import Preview, preview
from tests.conftest import NOW
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.commerce import OrderFactory, OrderItemFactory, ProductFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
)
from tests.promotions.previews.conftest import Shop, asks, percent, rule, two_get_one

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is."""
    monkeypatch.setattr("promotions.previews.report.LONGEST", 1_000)
    monkeypatch.setattr("promotions.previews.report.PATIENCE", 10_000)


def seen(shop: Shop, *proposals: Proposal) -> Preview:
    return preview(proposals, settings=shop.settings, now=NOW)


def test_everything_is_there_and_nothing_is_written(shop: Shop) -> None:
    pool = Pool(name="Its budget", limit=500_000)

    found = seen(shop, two_get_one(shop, budgets=(pool,)))

    assert found.promise.startswith("Customers in VIP get 1 free for every 2")
    assert [one.name for one in found.tiers] == ["Coffee for VIPs"]
    assert found.price_effect is not None
    assert found.price_effect.saved == 900
    assert found.audience is not None
    assert found.audience.customers.value == 1
    assert found.left_out == ()
    assert found.unready == ""
    # 9.00 in three days, that is 3.00 a day of 5,000.00.
    assert found.lasts[0].until == NOW + timedelta(days=1_666)
    assert not Campaign.objects.exists()
    assert not PromotionTier.objects.exists()
    assert not ValidationRule.objects.exists()
    assert not Budget.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_what_cannot_be_tried_yet_says_so(shop: Shop) -> None:
    assert seen(shop).unready == "There is nothing to show yet: say what customers get."
    assert "cannot be tried yet" in seen(shop, Proposal(name="Empty")).unready
    broken = Proposal(name="B", discount=percent(5), rules=({"rules": {"1": {"name": "order.amount"}}},))
    assert "cannot be tried yet" in seen(shop, broken).unready


def test_the_number_of_queries_does_not_grow_with_the_shop(
    shop: Shop, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    one = two_get_one(shop)
    CampaignFactory.create_batch(2)
    few = count_queries(lambda: seen(shop, one))
    for number in range(60):
        order = OrderFactory(customer=shop.anna, created_at=NOW - timedelta(hours=number))
        for product in (shop.espresso, shop.mug, ProductFactory()):
            OrderItemFactory(order=order, product=product)
        CampaignFactory()

    many = count_queries(lambda: seen(shop, one))

    assert many <= few + 5
    assert many < 110


def test_a_slow_part_is_left_out_and_the_rest_is_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(*_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")

    monkeypatch.setattr(past_orders, "price_effect", slowly)
    monkeypatch.setattr("promotions.previews.report.PATIENCE", 500)

    found = seen(shop, two_get_one(shop))

    assert found.left_out == ("The effect on real orders",)
    assert found.price_effect is None
    assert found.tiers
    assert found.audience is not None
    assert found.guards
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.6)")  # the connection is as patient as before


def test_after_a_while_no_other_part_is_begun(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promotions.previews.report.LONGEST", -1)

    found = seen(shop, two_get_one(shop))

    assert found.left_out == (
        "Sample baskets",
        "The size of the audience",
        "Collisions with other promotions",
        "The effect on real orders",
    )
    assert found.promise
    assert found.guards


def test_a_plan_is_previewed_as_it_would_be_stored(shop: Shop) -> None:
    category = CategoryFactory(name="Coffee deals")
    document = two_get_one(shop).rules[0]
    own = rule(asks("order.amount", "$more_than", 5_000))
    plan = PromotionPlan(
        kind=Campaign.CampaignType.PROMOTION,
        name="Two tiers",
        category=category.public_id,
        tiers=(
            TierPlan(name="Low", discount=percent(5)),
            TierPlan(name="High", discount=percent(9), conditions=own),
        ),
        conditions=document,
        budget=BudgetWish(limit=500_000),
    )

    low, high = of_plan(plan)

    assert (low.name, low.campaign, low.codes, low.rules) == ("Low", "Two tiers", None, (document,))
    assert (high.rules, high.category) == ((own, document), category)
    assert high.budgets == (Pool(name="Its budget", limit=500_000),)
    found = seen(shop, low, high)
    assert [one.name for one in found.tiers] == ["Low", "High"]


def test_a_plan_with_codes_is_one_proposal(shop: Shop) -> None:
    plan = PromotionPlan(
        kind=Campaign.CampaignType.DISCOUNT_COUPONS,
        name="Codes",
        discount=percent(10),
        codes=CodePlan(count=50, uses=1, config={"pattern": "A-#"}),
    )

    (one,) = of_plan(plan)

    assert one.codes is not None
    assert (one.codes.count, one.codes.uses) == (50, 1)
    assert "code_space_small" in {guard.key for guard in seen(shop, one).guards}


def test_stored_campaigns_and_tiers_are_previewed_by_their_terms(shop: Shop) -> None:
    campaign = CampaignFactory(promotion=True, name="Stored", ends_at=NOW + timedelta(days=9))
    tier = PromotionTierFactory(campaign=campaign, name="Gold", ends_at=NOW + timedelta(days=2))
    PromotionTierFactory(campaign=campaign, name="Off", is_active=False)
    own = rule(asks("order.amount", "$more_than", 500))
    above = rule(asks("order.items.count", "$more_than", 1))
    RuleAssignmentFactory(rule=ValidationRuleFactory(**own), promotion_tier=tier)
    RuleAssignmentFactory(rule=ValidationRuleFactory(**above), campaign=campaign)
    draw(BudgetFactory(name="Pot", limit=700), campaign)

    (one,) = of_campaign(campaign)

    assert one == of_tier(tier)
    assert (one.name, one.campaign, one.campaign_id) == ("Gold", "Stored", campaign.public_id)
    assert one.ends_at == NOW + timedelta(days=2)
    assert [dict(document)["rules"] for document in one.rules] == [own["rules"], above["rules"]]
    assert one.budgets == (Pool(name="Budget Pot", limit=700),)
    assert "name_taken" not in {guard.key for guard in seen(shop, one).guards}
    assert plans.MOST_TIERS == 5


def test_codes_with_discounts_of_their_own_have_nothing_to_preview(shop: Shop) -> None:
    assert of_campaign(CampaignFactory(discount=None)) == ()
