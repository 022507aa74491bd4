"""The rules of many redeemables in one query."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from promotions.models import ValidationRule
from promotions.selectors.validation_rules import rules_of
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    at_least,
)

pytestmark = pytest.mark.django_db


def test_finds_the_rules_of_each() -> None:
    voucher, campaign, tier, bare = (
        VoucherFactory(),
        CampaignFactory(),
        PromotionTierFactory(),
        VoucherFactory(),
    )
    shared = ValidationRuleFactory(name="Shared")
    RuleAssignmentFactory(rule=shared, voucher=voucher)
    RuleAssignmentFactory(rule=shared, campaign=campaign)
    RuleAssignmentFactory(promotion_tier=tier)
    RuleAssignmentFactory(voucher=VoucherFactory())

    found = rules_of(vouchers={voucher.pk, bare.pk}, campaigns={campaign.pk}, tiers={tier.pk})

    (own,) = found.voucher(voucher.pk)
    assert (own.id, own.name) == (shared.public_id, "Shared")
    assert found.campaign(campaign.pk) == (own,)
    assert found.tier(tier.pk)[0].id == tier.rule_assignment.rule.public_id
    assert found.voucher(bare.pk) == found.campaign(-1) == found.tier(-1) == ()
    assert len(found.vouchers) == 1


def test_costs_one_query_or_none(count_queries: Callable[[Any], int]) -> None:
    vouchers = VoucherFactory.create_batch(5)
    for voucher in vouchers:
        RuleAssignmentFactory(voucher=voucher)
    pks = [voucher.pk for voucher in vouchers]

    assert count_queries(lambda: rules_of(vouchers=pks, campaigns=[], tiers=[1])) == 1
    assert count_queries(lambda: rules_of(vouchers=[], campaigns=(), tiers=set())) == 0


def test_equal_keys_of_different_kinds_are_kept_apart() -> None:
    voucher = VoucherFactory()
    RuleAssignmentFactory(voucher=voucher)

    found = rules_of(vouchers=[], campaigns=[voucher.pk], tiers=[voucher.pk])

    assert (found.campaign(voucher.pk), found.tier(voucher.pk)) == ((), ())


def test_numbers_stay_exact() -> None:
    voucher = VoucherFactory()
    rules = {"1": {"name": "customer.metadata", "property": "h", "conditions": {"$more_than": [0.1]}}}
    RuleAssignmentFactory(voucher=voucher, rule=ValidationRuleFactory(rules=rules))

    (rule_set,) = rules_of(vouchers=[voucher.pk]).voucher(voucher.pk)

    assert rule_set.rules[0].conditions[0].operands == (Decimal("0.1"),)


def test_an_equal_rule_is_read_once_and_a_changed_one_again() -> None:
    voucher = VoucherFactory()
    rule = RuleAssignmentFactory(voucher=voucher).rule
    (first,) = rules_of(vouchers=[voucher.pk]).voucher(voucher.pk)
    (second,) = rules_of(vouchers=[voucher.pk]).voucher(voucher.pk)
    ValidationRule.objects.filter(pk=rule.pk).update(rules=at_least(1))
    (third,) = rules_of(vouchers=[voucher.pk]).voucher(voucher.pk)

    assert second is first
    assert (first.rules[0].conditions[0].operands, third.rules[0].conditions[0].operands) == ((10_000,), (1,))


def test_all_parts_are_read() -> None:
    voucher = VoucherFactory()
    rule = ValidationRuleFactory(
        applicable_to={"included": [{"object": "product", "id": "prod_1"}]},
        bundle_rules={
            "1": {
                "name": "order.items.any",
                "conditions": {"$is": [{"id": "prod_1", "object": "product", "type": "product_or_sku"}]},
            },
            "logic": "1",
            "limit": 3,
        },
        error={"message": "Sorry"},
    )
    RuleAssignmentFactory(voucher=voucher, rule=rule)

    (rule_set,) = rules_of(vouchers=[voucher.pk]).voucher(voucher.pk)

    assert rule_set.error == "Sorry"
    assert rule_set.applicable_to.included[0].item.id == "prod_1"
    assert rule_set.bundle is not None
    assert rule_set.bundle.limit == 3
