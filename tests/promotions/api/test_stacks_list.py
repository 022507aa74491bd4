"""`GET /v1/promotions/stacks` and `GET /v1/promotions/{campaignId}/stacks`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    promotion_stack,
)
from tests.promotions.api.catalogue import refused

URL = "/v1/promotions/stacks"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [stack["name"] for stack in answer.json()["data"]]


def test_lists_newest_first_in_the_envelope(api: APIClient, now: datetime) -> None:
    for age in range(3):
        promotion_stack(PromotionTierFactory(), name=f"S{age}", created_at=now - timedelta(days=age))
    promotion_stack(PromotionTierFactory(campaign=CampaignFactory(promotion=True, deleted_at=now)))

    body = api.get(URL, {"limit": 2}).json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "data", 3)
    assert [stack["name"] for stack in body["data"]] == ["S0", "S1"]
    assert names(api.get(URL, {"limit": 2, "page": 2})) == ["S2"]


def test_other_orders_and_dates(api: APIClient, now: datetime) -> None:
    promotion_stack(PromotionTierFactory(), name="B", created_at=now)
    promotion_stack(PromotionTierFactory(), name="A", created_at=now - timedelta(days=1))
    promotion_stack(PromotionTierFactory(), name="C", created_at=now - timedelta(days=2))

    assert names(api.get(URL, {"order": "name"})) == ["A", "B", "C"]
    assert names(api.get(URL, {"order": "-name"})) == ["C", "B", "A"]
    assert names(api.get(URL, {"order": "created_at"})) == ["C", "A", "B"]
    assert names(api.get(f"{URL}?created_at[after]=2026-03-09T00:00:00Z")) == ["B", "A"]


@pytest.mark.parametrize("query", ["order=campaign", "page=0", "limit=101", "created_at[after]=today"])
def test_refuses_wrong_questions(api: APIClient, query: str) -> None:
    refused(api.get(f"{URL}?{query}"), 400, "invalid_query_params")


def test_those_of_one_campaign_come_whole(api: APIClient) -> None:
    campaign = CampaignFactory(promotion=True, name="Spring")
    tier = PromotionTierFactory(campaign=campaign)
    for _ in range(12):
        promotion_stack(tier)
    promotion_stack(PromotionTierFactory())

    body = api.get(f"/v1/promotions/{campaign.public_id}/stacks").json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert (body["total"], len(body["data"])) == (12, 12)
    assert api.get("/v1/promotions/Spring/stacks").json() == body
    refused(api.get("/v1/promotions/camp_unknown/stacks"), 404, "not_found")


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    campaign = CampaignFactory(promotion=True)

    def some(count: int) -> None:
        for _ in range(count):
            tiers = [PromotionTierFactory(campaign=campaign) for _ in range(3)]
            promotion_stack(*tiers, category=CategoryFactory())

    some(2)
    api.get(URL)  # the first call of a key is also noted
    for url in (f"{URL}?limit=100", f"/v1/promotions/{campaign.public_id}/stacks"):
        few = count_queries(lambda url=url: api.get(url))
        some(10)
        assert count_queries(lambda url=url: api.get(url)) == few <= 6
