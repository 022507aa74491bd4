"""Promotion stacks in validations and redemptions (contract: semantics-core 6.3, 7.1, 16)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import ProjectSettings
from promotions.models import PromotionTier, Redemption
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    VoucherFactory,
    amount,
    percent,
    promotion_stack,
)
from tests.promotions.api.catalogue import refused

ORDER = {"amount": 10000}


@pytest.fixture
def tiers(db: None) -> tuple[PromotionTier, PromotionTier]:
    """The example of the contract: 10 % at the first place, 500 off at the second."""
    campaign = CampaignFactory(promotion=True)
    return (
        PromotionTierFactory(campaign=campaign, discount=percent(10), hierarchy=1),
        PromotionTierFactory(campaign=campaign, discount=amount(500), hierarchy=2),
    )


def asked(stack_id: str, *others: dict[str, str], **more: Any) -> dict[str, Any]:
    entries = [{"object": "promotion_stack", "id": stack_id}, *others]
    return {"redeemables": entries, "order": ORDER, **more}


@pytest.mark.parametrize(
    ("places", "discounts", "total"), [((1, 0), [500, 950], 8550), ((0, 1), [1000, 500], 8500)]
)
@pytest.mark.parametrize("path", ["validations", "redemptions"])
def test_tiers_apply_in_the_order_of_the_stack(
    api: APIClient,
    tiers: tuple[PromotionTier, PromotionTier],
    path: str,
    places: tuple[int, int],
    discounts: list[int],
    total: int,
) -> None:
    chosen = [tiers[place] for place in places]
    stack = promotion_stack(*chosen)

    body = api.post(f"/v1/{path}", asked(stack.public_id)).json()

    assert body["order"]["total_amount"] == total
    entries = body["redeemables" if path == "validations" else "redemptions"]
    assert [entry["order"]["total_applied_discount_amount"] for entry in entries] == discounts
    if path == "validations":
        assert [(entry["object"], entry["id"]) for entry in entries] == [
            ("promotion_tier", tier.public_id) for tier in chosen
        ]


def test_redemption_leaves_a_row_for_each_tier_below_one_parent(
    api: APIClient, tiers: tuple[PromotionTier, PromotionTier]
) -> None:
    stack = promotion_stack(*tiers)

    answer = api.post("/v1/redemptions", asked(stack.public_id))

    assert answer.status_code == 200
    parent = Redemption.objects.get(related_object_type=Redemption.RelatedObject.REDEMPTION)
    children = Redemption.objects.filter(parent=parent).order_by("pk")
    assert [child.promotion_tier for child in children] == list(tiers)
    assert parent.discount_amount == 1500
    assert [PromotionTier.objects.get(pk=tier.pk).redeemed_quantity for tier in tiers] == [1, 1]


def test_a_tier_that_does_not_apply_refuses_the_whole_stack(
    api: APIClient, tiers: tuple[PromotionTier, PromotionTier]
) -> None:
    PromotionTier.objects.filter(pk=tiers[1].pk).update(is_active=False)
    stack = promotion_stack(*tiers)

    seen = api.post("/v1/validations", asked(stack.public_id)).json()
    body = refused(api.post("/v1/redemptions", asked(stack.public_id)), 400, "promotion_inactive")

    assert seen["valid"] is False
    assert [entry["status"] for entry in seen["redeemables"]] == ["APPLICABLE", "INAPPLICABLE"]
    assert (body["redeemable_type"], body["redeemable_id"]) == ("promotion_tier", tiers[1].public_id)
    failed = Redemption.objects.get()
    assert (failed.result, failed.promotion_tier) == (Redemption.Result.FAILURE, tiers[1])


@pytest.mark.parametrize("path", ["validations", "redemptions"])
def test_a_stack_stands_alone(api: APIClient, tiers: tuple[PromotionTier, PromotionTier], path: str) -> None:
    stack, other = promotion_stack(*tiers), promotion_stack(tiers[0])
    VoucherFactory(code="TEN")

    for beside in (
        {"object": "voucher", "id": "TEN"},
        {"object": "promotion_tier", "id": tiers[0].public_id},
        {"object": "promotion_stack", "id": other.public_id},
        {"object": "promotion_stack", "id": stack.public_id},
    ):
        body = refused(api.post(f"/v1/{path}", asked(stack.public_id, beside)), 400, "invalid_redeemables")
        assert body["message"] == "Promotion Stack cannot be use with other redeemables"
    assert not Redemption.objects.exists()


@pytest.mark.parametrize("path", ["validations", "redemptions"])
def test_an_unknown_stack_fails_the_request(api: APIClient, path: str) -> None:
    body = refused(api.post(f"/v1/{path}", asked("stack_unknown")), 404, "not_found")

    assert (body["resource_type"], body["resource_id"]) == ("promotion_stack", "stack_unknown")
    assert not Redemption.objects.exists()


def test_the_limit_of_a_request_counts_a_stack_once(
    api: APIClient, tiers: tuple[PromotionTier, PromotionTier]
) -> None:
    ProjectSettings.objects.update(redeemables_limit=1)
    stack = promotion_stack(*tiers)

    assert api.post("/v1/validations", asked(stack.public_id)).json()["valid"] is True


def test_a_browser_may_ask_too(client_api: APIClient, tiers: tuple[PromotionTier, PromotionTier]) -> None:
    stack = promotion_stack(*tiers)

    assert client_api.post("/client/v1/validations", asked(stack.public_id)).json()["valid"] is True


def test_the_number_of_tiers_does_not_cost_queries(
    api: APIClient, count_queries: Callable[[Any], int]
) -> None:
    campaign = CampaignFactory(promotion=True)
    many = [PromotionTierFactory(campaign=campaign, discount=amount(1)) for _ in range(5)]
    small, large = promotion_stack(*many[:2]), promotion_stack(*many)
    api.post("/v1/validations", asked(small.public_id))

    few = count_queries(lambda: api.post("/v1/validations", asked(small.public_id)))

    assert count_queries(lambda: api.post("/v1/validations", asked(large.public_id))) == few
