"""What is stopped is not offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign, Voucher
from tests.factories.commerce import CustomerFactory, ProductFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    percent,
    promotion_stack,
)
from tests.factories.stops import restore, stop
from tests.promotions.api.stopping import items, offered, on_ball, spring

__all__ = ["on_ball", "spring"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("scenario", ["ALL", "AUDIENCE_ONLY"])
def test_what_is_stopped_is_not_offered(scenario: str, api: APIClient) -> None:
    campaign = CampaignFactory(name="Spring", promotion=True)
    tier = PromotionTierFactory(campaign=campaign)
    VoucherFactory(code="FREE", redemption_quantity=None)
    assert offered(api, scenario) == sorted(["FREE", tier.public_id])

    first = stop(campaigns=["Spring"])
    only_free = offered(api, scenario)
    restore(first)
    everything_again = offered(api, scenario)
    stop(channels=["API"])

    assert only_free == ["FREE"]
    assert everything_again == sorted(["FREE", tier.public_id])
    assert offered(api, scenario) == []


@pytest.mark.parametrize("scenario", ["ALL", "PRODUCTS", "PRODUCTS_DISCOUNT"])
def test_nor_what_would_discount_a_stopped_product(scenario: str, api: APIClient, on_ball: Campaign) -> None:
    Campaign.objects.filter(pk=on_ball.pk).update(type=Campaign.Type.STANDALONE)
    assert "BALL" in offered(api, scenario, order=items("ball", "tea"))

    stop(products=["ball"])

    assert offered(api, scenario, order=items("ball", "tea")) == []
    assert offered(api, order=items("tea")) == ["ALL", "BALL"]


def test_a_page_is_full_though_most_is_stopped(api: APIClient, on_ball: Campaign) -> None:
    """Where only the effect tells, later ones take the places of those that are refused."""
    tea = ProductFactory(source_id="cake", price=900)
    rule = ValidationRuleFactory(
        rules={},
        applicable_to={
            "included": [{"object": "product", "id": tea.public_id, "effect": "APPLY_TO_EVERY"}],
            "excluded": [],
            "included_all": False,
        },
    )
    for number in range(3):
        voucher = VoucherFactory(code=f"CAKE{number}", discount={**percent(5), "effect": "APPLY_TO_ITEMS"})
        RuleAssignmentFactory(rule=rule, voucher=voucher)
    VoucherFactory.create_batch(20, discount=percent(5))
    stop(products=["ball"])

    body = {"scenario": "ALL", "order": items("ball", "cake"), "options": {"limit": 2}}
    page = api.post("/v1/qualifications", body).json()["redeemables"]
    following = api.post(
        "/v1/qualifications", {**body, "options": {"limit": 2, "starting_after": page["more_starting_after"]}}
    ).json()["redeemables"]

    assert [one["id"] for one in page["data"]] == ["CAKE2", "CAKE1"]
    assert [one["id"] for one in following["data"]] == ["CAKE0"]


def test_a_code_in_the_wallet_is_not_offered_either(api: APIClient, spring: Campaign) -> None:
    anna = CustomerFactory(source_id="anna")
    Voucher.objects.update(holder=anna)
    customer = {"customer": {"source_id": "anna"}}
    assert offered(api, "CUSTOMER_WALLET", **customer) == ["SPRING"]

    stop(campaigns=["Spring"])

    assert offered(api, "CUSTOMER_WALLET", **customer) == []


def test_looking_for_what_is_left_takes_few_looks(
    api: APIClient, on_ball: Campaign, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    """Four times as many that a stop refuses cost two looks more, not four times as many."""
    body = {"scenario": "ALL", "order": items("ball"), "options": {"limit": 2}}
    stop(products=["ball"])

    def cost() -> int:
        api.post("/v1/qualifications", body)
        return count_queries(lambda: api.post("/v1/qualifications", body))

    VoucherFactory.create_batch(20, discount=percent(5))
    few = cost()
    VoucherFactory.create_batch(60, discount=percent(5))

    assert cost() - few <= 2 * 4


def test_a_stack_with_a_stopped_tier_is_not_offered(api: APIClient) -> None:
    campaign, toys = CampaignFactory(promotion=True), CategoryFactory(name="Toys")
    tiers = PromotionTierFactory(campaign=campaign), PromotionTierFactory(campaign=campaign, category=toys)
    stack = promotion_stack(*tiers)
    assert offered(api, "PROMOTION_STACKS") == [stack.public_id]

    stop(categories=["Toys"])

    assert offered(api, "PROMOTION_STACKS") == []
