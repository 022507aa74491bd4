"""`GET`, `PUT` and `DELETE /v1/promotions/{campaignId}/stacks/{stackId}`; what the end of a tier does."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import PromotionStack, PromotionTier
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    promotion_stack,
)
from tests.promotions.api.catalogue import audited, refused, told


@pytest.fixture
def tiers(db: None) -> list[PromotionTier]:
    campaign = CampaignFactory(promotion=True, name="Spring")
    return [PromotionTierFactory(campaign=campaign) for _ in range(3)]


@pytest.fixture
def stack(tiers: list[PromotionTier]) -> PromotionStack:
    """The second tier, then the first."""
    return promotion_stack(tiers[1], tiers[0], category=CategoryFactory(name="Loud"))


def path(stack: PromotionStack) -> str:
    return f"/v1/promotions/{stack.campaign.public_id}/stacks/{stack.public_id}"


def ids(*tiers: PromotionTier) -> list[str]:
    return [tier.public_id for tier in tiers]


def test_reads_one(api: APIClient, stack: PromotionStack, tiers: list[PromotionTier]) -> None:
    body = api.get(path(stack)).json()

    assert body["tiers"] == {"ids": ids(tiers[1], tiers[0]), "hierarchy_mode": "MANUAL"}
    assert (body["id"], body["name"]) == (stack.public_id, "Together")
    assert (body["category_id"], body["categories"][0]["name"]) == (stack.category.public_id, "Loud")  # type: ignore[union-attr]
    assert "updated_at" not in body
    assert api.get(f"/v1/promotions/Spring/stacks/{stack.public_id}").json() == body


def test_is_there_only_in_its_own_campaign(api: APIClient, stack: PromotionStack) -> None:
    other = CampaignFactory(promotion=True)

    for campaign_id, stack_id in (
        (other.public_id, stack.public_id),
        (stack.campaign.public_id, "stack_unknown"),
        ("camp_unknown", stack.public_id),
    ):
        url = f"/v1/promotions/{campaign_id}/stacks/{stack_id}"
        refused(api.get(url), 404, "not_found")
        refused(api.put(url, {"name": "New"}), 404, "not_found")
        refused(api.delete(url), 404, "not_found")
    assert PromotionStack.objects.get().name == "Together"


def test_changes_what_was_sent(api: APIClient, stack: PromotionStack, tiers: list[PromotionTier]) -> None:
    named = api.put(path(stack), {"name": "New"}).json()
    filled = api.put(path(stack), {"tiers": {"ids": ids(tiers[0], tiers[2])}}).json()
    loose = api.put(path(stack), {"category_id": None}).json()

    assert (named["name"], named["tiers"]["ids"]) == ("New", ids(tiers[1], tiers[0]))
    assert named["updated_at"]
    assert (filled["name"], filled["tiers"]["ids"]) == ("New", ids(tiers[0], tiers[2]))
    assert filled["category_id"] == stack.category.public_id  # type: ignore[union-attr]
    assert (loose["category_id"], loose["categories"]) == (None, [])
    assert told() == ["campaign.promotion_stack.updated"] * 3
    assert audited() == ["promotion_stack.updated"] * 3


def test_an_order_is_turned_round(api: APIClient, stack: PromotionStack, tiers: list[PromotionTier]) -> None:
    body = api.put(path(stack), {"tiers": {"ids": ids(tiers[0], tiers[1])}}).json()

    assert body["tiers"]["ids"] == ids(tiers[0], tiers[1])
    assert api.get(path(stack)).json() == body


def test_nothing_new_is_not_told(api: APIClient, stack: PromotionStack, tiers: list[PromotionTier]) -> None:
    body = {"name": "Together", "tiers": {"ids": ids(tiers[1], tiers[0])}}

    assert api.put(path(stack), body).status_code == 200
    assert api.put(path(stack), {}).status_code == 200
    assert (told(), audited()) == ([], [])


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": None},
        {"tiers": None},
        {"tiers": {"ids": []}},
        {"tiers": {"ids": ["promo_unknown"]}},
        {"tiers": {"hierarchy_mode": "MANUAL"}},
    ],
)
def test_refuses_wrong_bodies(
    api: APIClient, stack: PromotionStack, tiers: list[PromotionTier], body: dict[str, Any]
) -> None:
    refused(api.put(path(stack), body), 400, "invalid_payload")
    assert api.get(path(stack)).json()["tiers"]["ids"] == ids(tiers[1], tiers[0])


def test_deletes_and_the_tiers_stay(
    api: APIClient, stack: PromotionStack, tiers: list[PromotionTier]
) -> None:
    answer = api.delete(path(stack))

    assert (answer.status_code, answer.content) == (204, b"")
    refused(api.get(path(stack)), 404, "not_found")
    refused(api.delete(path(stack)), 404, "not_found")
    assert api.get(f"/v1/promotions/tiers/{tiers[0].public_id}").status_code == 200
    assert told() == ["campaign.promotion_stack.deleted"]
    assert audited() == ["promotion_stack.deleted"]


def test_a_protected_campaign_keeps_its_stacks(api: APIClient, stack: PromotionStack) -> None:
    stack.campaign.protected = True
    stack.campaign.save(update_fields=["protected"])

    refused(api.put(path(stack), {"name": "New"}), 400, "resource_protected")
    refused(api.delete(path(stack)), 400, "resource_protected")
    assert PromotionStack.objects.get().name == "Together"


def test_a_deleted_tier_leaves_and_an_empty_stack_goes(
    api: APIClient, stack: PromotionStack, tiers: list[PromotionTier]
) -> None:
    alone = promotion_stack(tiers[0], name="Alone")
    full = promotion_stack(*tiers, name="Full")

    api.delete(f"/v1/promotions/tiers/{tiers[0].public_id}")

    assert api.get(path(stack)).json()["tiers"]["ids"] == ids(tiers[1])
    assert api.get(path(full)).json()["tiers"]["ids"] == ids(tiers[1], tiers[2])
    refused(api.get(path(alone)), 404, "not_found")
    assert told() == [
        "campaign.promotion_stack.updated",
        "campaign.promotion_stack.deleted",
        "campaign.promotion_stack.updated",
        "campaign.promotion_tier.deleted",
    ]
    assert audited()[:2] == ["promotion_stack.updated", "promotion_stack.deleted"]

    api.delete(f"/v1/promotions/tiers/{tiers[1].public_id}")
    assert api.get("/v1/promotions/stacks").json()["total"] == 1


def test_a_stack_of_a_deleted_category_goes_on(api: APIClient, stack: PromotionStack) -> None:
    api.delete(f"/v1/categories/{stack.category.public_id}")  # type: ignore[union-attr]

    assert api.get(path(stack)).json()["categories"] == []
