"""`GET /v1/promotions/tiers`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from core.models import ProjectSettings
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory
from tests.promotions.api.catalogue import refused

URL = "/v1/promotions/tiers"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return sorted(tier["name"] for tier in answer.json()["tiers"])


def test_lists_newest_first_in_the_envelope(api: APIClient, now: datetime) -> None:
    for age in range(3):
        PromotionTierFactory(name=f"T{age}", created_at=now - timedelta(days=age))
    PromotionTierFactory(deleted_at=now)
    PromotionTierFactory(campaign=CampaignFactory(promotion=True, deleted_at=now))

    body = api.get(URL, {"limit": 2}).json()

    assert list(body) == ["object", "data_ref", "tiers", "total", "has_more"]
    assert (body["object"], body["data_ref"], body["total"], body["has_more"]) == ("list", "tiers", 3, True)
    assert [tier["name"] for tier in body["tiers"]] == ["T0", "T1"]
    assert api.get(URL, {"limit": 2, "page": 2}).json()["has_more"] is False
    assert names(api.get(URL, {"order": "created_at", "limit": 1})) == ["T2"]


def test_available_ones_are_on_and_within_their_dates(
    api: APIClient, now: datetime, time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to(now, tick=False)
    day = timedelta(days=1)
    promotion = CampaignFactory(promotion=True, starts_at=now - day, ends_at=now + day)
    over = CampaignFactory(promotion=True, ends_at=now - day)
    PromotionTierFactory(name="plain")
    PromotionTierFactory(name="inherits", campaign=promotion)
    PromotionTierFactory(name="own dates", campaign=over, ends_at=now + day)
    PromotionTierFactory(name="starts now", starts_at=now)
    PromotionTierFactory(name="off", is_active=False)
    PromotionTierFactory(name="campaign off", campaign=CampaignFactory(promotion=True, is_active=False))
    PromotionTierFactory(name="campaign over", campaign=over)
    PromotionTierFactory(name="soon", starts_at=now + day)
    PromotionTierFactory(name="ended now", ends_at=now)

    assert names(api.get(f"{URL}?is_available=true")) == ["inherits", "own dates", "plain", "starts now"]
    assert len(names(api.get(f"{URL}?is_available=false"))) == 5
    assert api.get(URL).json()["total"] == 9


def test_available_ones_are_within_their_windows(
    api: APIClient, now: datetime, time_machine: time_machine.TimeMachineFixture
) -> None:
    """`now` is a Tuesday at noon UTC."""
    time_machine.move_to(now, tick=False)
    hours = {"daily": [{"days_of_week": [2], "start_time": "12:30", "expiration_time": "14:00"}]}
    PromotionTierFactory(name="tuesday", days_of_week=[2])
    PromotionTierFactory(name="monday", days_of_week=[1])
    PromotionTierFactory(name="afternoon", validity_hours=hours)
    PromotionTierFactory(
        name="every second day",
        starts_at=now - timedelta(days=3),
        timeframe_interval="P2D",
        timeframe_duration="P1D",
    )
    PromotionTierFactory(name="from the campaign", campaign=CampaignFactory(promotion=True, days_of_week=[1]))

    assert names(api.get(f"{URL}?is_available=true")) == ["tuesday"]

    ProjectSettings.objects.update(time_zone="Europe/Warsaw")  # 13:00 there
    assert names(api.get(f"{URL}?is_available=true")) == ["afternoon", "tuesday"]


@pytest.mark.parametrize("query", ["is_available=perhaps", "order=name", "page=0", "limit=101"])
def test_refuses_wrong_questions(api: APIClient, query: str) -> None:
    refused(api.get(f"{URL}?{query}"), 400, "invalid_query_params")


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            campaign = CampaignFactory(promotion=True, category=CategoryFactory(), days_of_week=[0, 1, 2])
            PromotionTierFactory(campaign=campaign, category=CategoryFactory())

    some(2)
    api.get(URL)  # the first call of a key is also noted
    for query in ("", "&is_available=true"):
        few = count_queries(lambda query=query: api.get(f"{URL}?limit=100{query}"))
        some(10)
        assert count_queries(lambda query=query: api.get(f"{URL}?limit=100{query}")) == few <= 6
