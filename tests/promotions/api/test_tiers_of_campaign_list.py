"""`GET /v1/promotions/{campaignId}/tiers`: all of them, in their order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rest_framework.test import APIClient

from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory


def test_lists_all_tiers_without_pages(api: APIClient, now: datetime) -> None:
    campaign = CampaignFactory(promotion=True)
    for place in range(12, 0, -1):
        PromotionTierFactory(campaign=campaign, hierarchy=place)
    PromotionTierFactory(campaign=campaign, deleted_at=now)
    PromotionTierFactory()

    body = api.get(f"/v1/promotions/{campaign.public_id}/tiers").json()

    assert list(body) == ["object", "data_ref", "tiers", "total", "has_more"]
    assert [tier["hierarchy"] for tier in body["tiers"]] == list(range(1, 13))
    assert (body["total"], body["has_more"]) == (12, False)


def test_an_empty_promotion_is_an_empty_list(api: APIClient) -> None:
    CampaignFactory(name="Auto", promotion=True)

    assert api.get("/v1/promotions/Auto/tiers").json() == {
        "object": "list",
        "data_ref": "tiers",
        "tiers": [],
        "total": 0,
        "has_more": False,
    }


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    campaign = CampaignFactory(promotion=True)
    path = f"/v1/promotions/{campaign.public_id}/tiers"
    PromotionTierFactory(campaign=campaign, category=CategoryFactory())
    api.get(path)  # the first call of a key is also noted
    few = count_queries(lambda: api.get(path))
    for _ in range(10):
        PromotionTierFactory(campaign=campaign, category=CategoryFactory())

    assert count_queries(lambda: api.get(path)) == few <= 5
