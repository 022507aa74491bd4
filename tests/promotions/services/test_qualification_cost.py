"""What a qualification asks of the database does not depend on how many promotions are live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from commerce.selectors.orders import ItemSpec, OrderSpec
from core.actors import Actor
from promotions.models import PromotionTier, ValidationRuleAssignment, Voucher
from promotions.selectors.scenarios import Scenario
from promotions.services import qualifications
from promotions.services.qualifications import QualificationSpec, SortingRule
from tests.factories.commerce import CustomerFactory, ProductFactory, SegmentFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    ValidationRuleFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db

FEW, MANY = 10, 2000


@pytest.mark.parametrize("scenario", [Scenario.ALL, Scenario.AUDIENCE_ONLY])
def test_ten_and_two_thousand_live_promotions_with_rules(
    scenario: Scenario, now: datetime, count_queries: Callable[..., int]
) -> None:
    """Both kinds stand on every page, all with rules about amounts and segments."""
    campaign, product, customer = CampaignFactory(promotion=True), ProductFactory(), CustomerFactory()
    segment = SegmentFactory().public_id
    rules = [
        ValidationRuleFactory(
            rules={
                "1": {"name": "order.amount", "conditions": {"$more_than": [500 * number]}},
                "2": {"name": "customer.segment", "conditions": {"$is_not": [segment]}},
            }
        )
        for number in range(20)
    ]

    def make(count: int) -> None:
        at = [now + timedelta(milliseconds=number // 2) for number in range(count)]
        tiers = [PromotionTierFactory.build(campaign=campaign, created_at=one) for one in at[::2]]
        codes = [VoucherFactory.build(created_at=one) for one in at[1::2]]
        PromotionTier.objects.bulk_create(tiers)
        Voucher.objects.bulk_create(codes)
        ValidationRuleAssignment.objects.bulk_create(
            ValidationRuleAssignment(rule=rules[number % 20], created_at=now, promotion_tier=tier)
            for number, tier in enumerate(tiers)
        )
        ValidationRuleAssignment.objects.bulk_create(
            ValidationRuleAssignment(rule=rules[number % 20], created_at=now, voucher=code)
            for number, code in enumerate(codes)
        )

    def ask() -> int:
        answer = qualifications.qualify(
            spec=QualificationSpec(
                order=OrderSpec(items=(ItemSpec(product_id=product.public_id, quantity=100),)),
                customer={"id": customer.public_id},
                scenario=scenario,
                sorting_rule=SortingRule.BEST_DEAL,
                limit=4,
                with_assignments=True,
            ),
            actor=Actor.system("tests"),
            now=now,
        )
        assert {hit.offer.kind for hit in answer.hits} == {"promotion_tier", "voucher"}
        assert len(answer.assignments) == 4
        return answer.total

    make(FEW)
    assert ask() == FEW
    few = count_queries(ask)
    make(MANY - FEW)
    assert ask() == MANY

    assert count_queries(ask) == few
