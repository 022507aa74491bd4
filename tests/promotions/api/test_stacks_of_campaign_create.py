"""`POST /v1/promotions/{campaignId}/stacks`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import PromotionStack, PromotionTier
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory
from tests.promotions.api.catalogue import audited, refused, told


@pytest.fixture
def tiers(db: None) -> list[PromotionTier]:
    """Two tiers of one promotion."""
    campaign = CampaignFactory(promotion=True, name="Spring")
    return [PromotionTierFactory(campaign=campaign) for _ in range(2)]


def url(tier: PromotionTier) -> str:
    return f"/v1/promotions/{tier.campaign.public_id}/stacks"


def test_creates_in_the_order_of_the_list(api: APIClient, tiers: list[PromotionTier]) -> None:
    ids = [tiers[1].public_id, tiers[0].public_id]

    answer = api.post(url(tiers[0]), {"name": "Both", "tiers": {"ids": ids}, "unknown": 1})

    stack = PromotionStack.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "id": stack.public_id,
        "name": "Both",
        "created_at": answer.json()["created_at"],
        "campaign_id": tiers[0].campaign.public_id,
        "tiers": {"ids": ids, "hierarchy_mode": "MANUAL"},
        "object": "promotion_stack",
        "category_id": None,
        "categories": [],
    }
    assert stack.public_id.startswith("stack_")
    assert told() == ["campaign.promotion_stack.created"]
    assert audited() == ["promotion_stack.created"]


def test_with_a_category(api: APIClient, tiers: list[PromotionTier]) -> None:
    category = CategoryFactory(name="Loud")
    body = {
        "name": "Both",
        "tiers": {"ids": [tiers[0].public_id], "hierarchy_mode": "MANUAL"},
        "category_id": category.public_id,
    }

    made = api.post("/v1/promotions/Spring/stacks", body).json()

    assert made["category_id"] == category.public_id
    assert [entry["name"] for entry in made["categories"]] == ["Loud"]


def test_takes_thirty_tiers_and_no_more(api: APIClient) -> None:
    campaign = CampaignFactory(promotion=True)
    ids = [PromotionTierFactory(campaign=campaign).public_id for _ in range(31)]
    path = f"/v1/promotions/{campaign.public_id}/stacks"

    assert api.post(path, {"name": "Full", "tiers": {"ids": ids[:30]}}).json()["tiers"]["ids"] == ids[:30]
    refused(api.post(path, {"name": "More", "tiers": {"ids": ids}}), 400, "invalid_payload", "30")


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"name": None}, ".name"),
        ({"name": ""}, ".name"),
        ({"name": "x" * 256}, ".name"),
        ({"tiers": None}, ".tiers"),
        ({"tiers": []}, ".tiers"),
        ({"tiers": {}}, "ids"),
        ({"tiers": {"ids": []}}, "ids"),
        ({"tiers": {"ids": [5]}}, "ids"),
        ({"tiers": {"ids": ["promo_unknown"]}}, "promo_unknown, which is no tier of this campaign"),
        ({"tiers": {"ids": ["T", "T"]}}, "must not hold a tier twice"),
        ({"tiers": {"ids": ["T"], "hierarchy_mode": "AUTO"}}, "hierarchy_mode"),
    ],
)
def test_refuses_wrong_bodies(
    api: APIClient, tiers: list[PromotionTier], change: dict[str, Any], details: str
) -> None:
    body = {"name": "Both", "tiers": {"ids": [tiers[0].public_id]}, **change}

    refused(api.post(url(tiers[0]), body), 400, "invalid_payload", details)
    assert not PromotionStack.objects.exists()
    assert (told(), audited()) == ([], [])


def test_tiers_of_others_and_deleted_ones_do_not_count(
    api: APIClient, tiers: list[PromotionTier], now: datetime
) -> None:
    stranger = PromotionTierFactory()
    gone = PromotionTierFactory(campaign=tiers[0].campaign, deleted_at=now)

    for tier in (stranger, gone):
        body = {"name": "Both", "tiers": {"ids": [tiers[0].public_id, tier.public_id]}}
        refused(api.post(url(tiers[0]), body), 400, "invalid_payload", tier.public_id)
    assert not PromotionStack.objects.exists()


def test_only_a_living_promotion_that_is_not_protected(api: APIClient) -> None:
    def body(tier: PromotionTier) -> dict[str, Any]:
        return {"name": "Both", "tiers": {"ids": [tier.public_id]}}

    coupons = CampaignFactory()
    protected = PromotionTierFactory(campaign=CampaignFactory(promotion=True, protected=True))
    path = f"/v1/promotions/{coupons.public_id}/stacks"

    refused(api.post(path, body(protected)), 400, "invalid_campaign")
    refused(api.post(url(protected), body(protected)), 400, "resource_protected")
    refused(api.post("/v1/promotions/camp_unknown/stacks", body(protected)), 404, "not_found")


def test_an_unknown_category(api: APIClient, tiers: list[PromotionTier]) -> None:
    body = {"name": "Both", "tiers": {"ids": [tiers[0].public_id]}, "category_id": "cat_unknown"}

    refused(api.post(url(tiers[0]), body), 404, "not_found", "cat_unknown")
