"""`GET /v1/campaigns/{campaignId}`: by id or name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory
from tests.promotions.api.catalogue import refused


@pytest.mark.parametrize("name", ["Spring", "Spring 2026", "żółć"])
def test_finds_by_id_and_by_name(api: APIClient, name: str) -> None:
    campaign = CampaignFactory(name=name)

    by_name = api.get(f"/v1/campaigns/{name}")

    assert by_name.status_code == 200
    assert by_name.json()["id"] == campaign.public_id
    assert api.get(f"/v1/campaigns/{campaign.public_id}").json() == by_name.json()


def test_an_id_beats_a_name_that_looks_like_one(api: APIClient) -> None:
    campaign = CampaignFactory(name="First")
    CampaignFactory(name=campaign.public_id)

    assert api.get(f"/v1/campaigns/{campaign.public_id}").json()["name"] == "First"


def test_shows_the_tiers_of_a_promotion_in_order(api: APIClient, now: datetime) -> None:
    campaign = CampaignFactory(promotion=True)
    PromotionTierFactory(campaign=campaign, name="Second", hierarchy=2)
    PromotionTierFactory(campaign=campaign, name="First", hierarchy=1)
    PromotionTierFactory(campaign=campaign, name="Gone", deleted_at=now)

    promotion = api.get(f"/v1/campaigns/{campaign.public_id}").json()["promotion"]

    assert [tier["name"] for tier in promotion["tiers"]] == ["First", "Second"]
    assert promotion["total"] == 2


def test_the_bin_is_out_of_sight(api: APIClient, now: datetime) -> None:
    CampaignFactory(name="Gone", deleted_at=now)

    refused(api.get("/v1/campaigns/Gone"), 404, "not_found")


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    campaign = CampaignFactory(promotion=True, category=CategoryFactory())
    path = f"/v1/campaigns/{campaign.public_id}"
    PromotionTierFactory(campaign=campaign, category=CategoryFactory())
    api.get(path)  # the first call of a key is also noted
    few = count_queries(lambda: api.get(path))
    for _ in range(10):
        PromotionTierFactory(campaign=campaign, category=CategoryFactory())

    assert count_queries(lambda: api.get(path)) == few <= 5
