"""Looking often: what is changed shows, what only counts does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calendar_app.selectors import traces
from commerce.models import ProductCollection, Segment
from core.models import ProjectSettings
from promotions.models import (
    Budget,
    BudgetCampaign,
    Campaign,
    Category,
    Distribution,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
)
from tests.conftest import NOW
from tests.factories.areas import applies_in, area
from tests.factories.blackouts import BlackoutFactory
from tests.factories.budgets import BudgetFactory
from tests.factories.commerce import ProductCollectionFactory, SegmentFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Campaign:
    campaign = CampaignFactory(name="Spring")
    PromotionTierFactory(campaign=CampaignFactory(promotion=True))
    CategoryFactory()
    RuleAssignmentFactory(campaign=campaign, rule=ValidationRuleFactory())
    BudgetCampaign.objects.create(budget=BudgetFactory(), campaign=campaign)
    SegmentFactory()
    ProductCollectionFactory()
    CampaignFactory(discount=None)
    Distribution.objects.create(name="News", segment=SegmentFactory(), created_at=NOW, target_url="")
    return campaign


CHANGES: dict[str, Callable[[Campaign], Any]] = {
    "a date": lambda one: Campaign.objects.filter(pk=one.pk).update(ends_at="2026-05-01T00:00:00Z"),
    "a name": lambda one: Campaign.objects.filter(pk=one.pk).update(name="Summer"),
    "a switch": lambda one: Campaign.objects.filter(pk=one.pk).update(is_active=False),
    "the bin": lambda one: Campaign.objects.filter(pk=one.pk).update(deleted_at="2026-03-01T00:00:00Z"),
    "a new campaign": lambda one: CampaignFactory(),
    "a place": lambda one: applies_in(one, area=area("Hamburg")),
    "a discount of a tier": lambda one: PromotionTier.objects.update(
        discount={"type": "PERCENT", "percent_off": 44}
    ),
    "the order of tiers": lambda one: PromotionTier.objects.update(hierarchy=7),
    "a category": lambda one: Category.objects.update(stacking_type="EXCLUSIVE"),
    "conditions": lambda one: ValidationRule.objects.update(rules={"logic": ""}),
    "conditions taken off": lambda one: ValidationRuleAssignment.objects.all().delete(),
    "a budget": lambda one: Budget.objects.update(is_active=False),
    "a budget left": lambda one: BudgetCampaign.objects.all().delete(),
    "a message": lambda one: Distribution.objects.update(state=Distribution.State.STOPPED),
    "a message to others": lambda one: Distribution.objects.update(segment=SegmentFactory()),
    "first codes with their own discounts": lambda one: Campaign.objects.filter(discount__isnull=True).update(
        vouchers_count=1
    ),
    "a blackout": lambda one: BlackoutFactory(),
    "a segment": lambda one: Segment.objects.update(name="VIP"),
    "a collection": lambda one: ProductCollection.objects.update(name="Shoes"),
    "stacking rules": lambda one: ProjectSettings.objects.update(applicable_redeemables_limit=2),
    "the clock": lambda one: ProjectSettings.objects.update(time_zone="Europe/Warsaw"),
}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_every_change_shows(world: Campaign, what: str) -> None:
    before = traces.trace()

    CHANGES[what](world)

    assert traces.trace() != before


def test_what_only_counts_does_not_show(world: Campaign, django_assert_num_queries: Any) -> None:
    before = traces.trace()

    VoucherFactory(campaign=world)
    Campaign.objects.filter(discount__isnull=False).update(vouchers_count=7)
    PromotionTier.objects.update(redeemed_quantity=9, orders_total_amount=100)

    with django_assert_num_queries(1):
        assert traces.trace() == before
