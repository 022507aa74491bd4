"""Rows of `promotions` for tests. Dates are fixed; names and codes are numbered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from promotions.models import (
    Campaign,
    Category,
    PromotionStack,
    PromotionTier,
    StackedTier,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)

CREATED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def percent(percent_off: int | float) -> dict[str, Any]:
    return {"type": "PERCENT", "percent_off": percent_off, "effect": "APPLY_TO_ORDER"}


def amount(amount_off: int) -> dict[str, Any]:
    return {"type": "AMOUNT", "amount_off": amount_off, "effect": "APPLY_TO_ORDER"}


class CategoryFactory(DjangoModelFactory[Category]):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    hierarchy = 1
    created_at = CREATED_AT


class CampaignFactory(DjangoModelFactory[Campaign]):
    """Discount coupons of 10 percent; `CampaignFactory(promotion=True)` is a promotion without tiers."""

    class Meta:
        model = Campaign

    class Params:
        promotion = factory.Trait(campaign_type=Campaign.CampaignType.PROMOTION, discount=None)

    name = factory.Sequence(lambda n: f"Campaign {n}")
    campaign_type = Campaign.CampaignType.DISCOUNT_COUPONS
    discount = factory.LazyFunction(lambda: percent(10))
    created_at = CREATED_AT


class VoucherFactory(DjangoModelFactory[Voucher]):
    """Standalone, 10 percent off, as often as one likes. With `campaign=`, the discount is the campaign's."""

    class Meta:
        model = Voucher

    code = factory.Sequence(lambda n: f"CODE-{n}")
    code_key = factory.SelfAttribute("code")
    discount = factory.LazyAttribute(lambda voucher: None if voucher.campaign else percent(10))
    campaign = None
    created_at = CREATED_AT


class PromotionTierFactory(DjangoModelFactory[PromotionTier]):
    class Meta:
        model = PromotionTier

    campaign = factory.SubFactory(CampaignFactory, promotion=True)
    name = factory.Sequence(lambda n: f"Tier {n}")
    banner = "10 percent off"
    discount = factory.LazyFunction(lambda: percent(10))
    hierarchy = factory.Sequence(lambda n: n + 1)
    created_at = CREATED_AT


def promotion_stack(*tiers: PromotionTier, **values: Any) -> PromotionStack:
    """`promotion_stack(first, second)`: a stack of their campaign, in this order."""
    values = {"name": "Together", "created_at": CREATED_AT, **values}
    stack = PromotionStack.objects.create(campaign=tiers[0].campaign, **values)
    for position, tier in enumerate(tiers, start=1):
        StackedTier.objects.create(stack=stack, tier=tier, position=position)
    return stack


def at_least(minimum: int) -> dict[str, Any]:
    """`rules` of a validation rule: the order is worth this much."""
    return {"1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [minimum]}}, "logic": "1"}


class ValidationRuleFactory(DjangoModelFactory[ValidationRule]):
    """Orders from 100.00 on."""

    class Meta:
        model = ValidationRule

    name = factory.Sequence(lambda n: f"Rule {n}")
    rules = factory.LazyFunction(lambda: at_least(10_000))
    created_at = CREATED_AT


class RuleAssignmentFactory(DjangoModelFactory[ValidationRuleAssignment]):
    """Needs one of `voucher`, `campaign`, `promotion_tier`."""

    class Meta:
        model = ValidationRuleAssignment

    rule = factory.SubFactory(ValidationRuleFactory)
    created_at = CREATED_AT
