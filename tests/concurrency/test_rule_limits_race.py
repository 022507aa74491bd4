"""Uses, money and units that rules limit, taken by many callers at once over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db.models import Sum

from promotions.models import DiscountedUnits, Redemption
from promotions.selectors import reconcile
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
Call = Callable[[str, str, Any], tuple[int, dict[str, Any]]]
CALLERS = 32


def leaf(name: str, limit: int) -> dict[str, Any]:
    return {"1": {"name": name, "conditions": {"$less_than_or_equal": [limit]}}}


def keys(answers: list[Any]) -> set[str]:
    return {body.get("key", "") for status, body in answers if status != 200}


def test_once_per_customer_is_once(call: Call, at_once: AtOnce) -> None:
    voucher = VoucherFactory(code="ONCE")
    rule = ValidationRuleFactory(rules=leaf("redemption.count.per_customer", 1))
    RuleAssignmentFactory(voucher=voucher, rule=rule)

    def ask(number: int) -> Callable[[], Any]:
        body = {
            "redeemables": [{"object": "voucher", "id": "ONCE"}],
            "customer": {"source_id": f"customer-{number % 4}"},
            "order": {"amount": 1000},
        }
        return lambda: call("POST", "/v1/redemptions", body)

    answers = at_once([ask(number) for number in range(CALLERS)])

    assert sum(status == 200 for status, _ in answers) == 4
    assert keys(answers) == {"redemption_rules_violated"}
    successes = Redemption.objects.filter(status="SUCCEEDED")
    assert sorted(successes.values_list("customer__source_id", flat=True)) == [
        f"customer-{number}" for number in range(4)
    ]
    assert list(reconcile.differences(now=NOW, only=reconcile.CHECKS_BY_NAME)) == []


def test_a_budget_of_a_campaign_is_never_overspent(call: Call, at_once: AtOnce) -> None:
    """32 codes of 10 % on 50.00 under a budget of 42.00: eight fit, the ninth would not."""
    campaign = CampaignFactory()
    rule = ValidationRuleFactory(rules=leaf("campaign.orders.amount_discounted", 4200))
    RuleAssignmentFactory(campaign=campaign, rule=rule)
    codes = [VoucherFactory(campaign=campaign).code for _ in range(CALLERS)]

    def ask(code: str) -> Callable[[], Any]:
        body = {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 5000}}
        return lambda: call("POST", "/v1/redemptions", body)

    answers = at_once([ask(code) for code in codes])

    spent = Redemption.objects.filter(status="SUCCEEDED").aggregate(total=Sum("discount_amount"))["total"]
    assert spent == 4000
    assert sum(status == 200 for status, _ in answers) == 8
    assert keys(answers) == {"redemption_rules_violated"}


def test_units_of_a_tier_are_never_discounted_too_often(call: Call, at_once: AtOnce) -> None:
    """Three units each under a limit of 20: six whole orders, two units of the seventh, then nothing."""
    mug = ProductFactory(source_id="mug", price=1000)
    tier = PromotionTierFactory(
        discount={"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"}
    )
    entry = {
        "object": "product",
        "id": mug.public_id,
        "effect": "APPLY_TO_EVERY",
        "product_promotion_tier_quantity_limit": 20,
    }
    rule = ValidationRuleFactory(rules={}, applicable_to={"included": [entry]})
    RuleAssignmentFactory(promotion_tier=tier, rule=rule)
    body = {
        "redeemables": [{"object": "promotion_tier", "id": tier.public_id}],
        "order": {"items": [{"source_id": "mug", "quantity": 3}]},
    }

    answers = at_once([lambda: call("POST", "/v1/redemptions", body)] * CALLERS)

    assert {status for status, _ in answers} == {200}
    assert DiscountedUnits.objects.aggregate(total=Sum("quantity"))["total"] == 20
    assert Redemption.objects.aggregate(total=Sum("discount_amount"))["total"] == 2000
    assert list(reconcile.differences(now=NOW, only=reconcile.CHECKS_BY_NAME)) == []
