"""`GET /v1/campaigns`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign
from tests.factories.promotions import CampaignFactory, CategoryFactory
from tests.promotions.api.catalogue import refused

URL = "/v1/campaigns"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return sorted(campaign["name"] for campaign in answer.json()["campaigns"])


def test_lists_newest_first_in_the_envelope(api: APIClient, now: datetime) -> None:
    for age in range(3):
        CampaignFactory(name=f"C{age}", created_at=now - timedelta(days=age))
    CampaignFactory(deleted_at=now)

    body = api.get(URL, {"limit": 2}).json()

    assert list(body) == ["object", "data_ref", "campaigns", "total"]
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "campaigns", 3)
    assert [campaign["name"] for campaign in body["campaigns"]] == ["C0", "C1"]
    assert {"validation_rules_assignments", "expiration_date"}.isdisjoint(body["campaigns"][0])
    assert body["campaigns"][0]["categories"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("campaign_type=PROMOTION", ["Auto"]),
        ("campaign_type=GIFT_VOUCHERS", []),
        ("campaign_status=IN_PROGRESS", ["Growing"]),
        ("is_referral_code=true", []),
        ("is_referral_code=false&campaign_type=PROMOTION", ["Auto"]),
        ("created_at[after]=2026-03-05", ["Growing"]),
        ("expand=category&campaign_type=PROMOTION", ["Auto"]),
        ("filters[campaigns][conditions][$starts_with]=Gr", ["Growing"]),
        ("filters[campaigns_id][conditions][$is_not]=camp_0", ["Auto", "Growing", "Old", "Soon"]),
        ("filters[campaign_status][conditions][$in][0]=DONE", ["Auto", "Old", "Soon"]),
        ("filters[status][conditions][$active]=", ["Auto"]),
        ("filters[status][conditions][$in_progress]=", ["Growing"]),
        ("filters[status][conditions][$failed]=", []),
        ("filters[status][conditions][$expired]=", ["Old"]),
        ("filters[status][conditions][before_start]=", ["Soon"]),
        ("filters[active][conditions][$disabled]=", ["Old"]),
        ("filters[active][conditions][$is]=$active", ["Auto", "Growing"]),
        ("filters[voucher_type][conditions][$is]=DISCOUNT_VOUCHER", ["Growing", "Old", "Soon"]),
        ("filters[voucher_type][conditions][$is_unknown]=", ["Auto"]),
        ("filters[is_referral_code][conditions][$is]=TRUE", []),
        ("filters[categories][conditions][$is]=Loud", ["Soon"]),
        ("filters[category_ids][conditions][$has_value]=", ["Soon"]),
        ("filters[type][conditions][$in][0]=AUTO_UPDATE", ["Growing"]),
        ("filters[created_date][conditions][$after]=2026-03-05", ["Growing"]),
        ("filters[updated_at][conditions][$has_value]=", ["Old"]),
        ("filters[start_date][conditions][$after]=2099-01-01", ["Soon"]),
        ("filters[expiration_date][conditions][$before]=2001-01-01", ["Old"]),
        ("filters[validity_day_of_week][conditions][$is][0]=3", ["Soon"]),
        ("filters[metadata.owner][conditions][$is]=anna", ["Auto"]),
    ],
)
def test_filters(api: APIClient, query: str, expected: list[str]) -> None:
    CampaignFactory(name="Auto", promotion=True, metadata={"owner": "anna"})
    CampaignFactory(
        name="Growing",
        type=Campaign.Type.AUTO_UPDATE,
        generation_status=Campaign.GenerationStatus.IN_PROGRESS,
        created_at=datetime(2026, 3, 6, tzinfo=UTC),
    )
    CampaignFactory(
        name="Old",
        ends_at=datetime(2000, 1, 1, tzinfo=UTC),
        is_active=False,
        updated_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    CampaignFactory(
        name="Soon",
        starts_at=datetime(2100, 1, 1, tzinfo=UTC),
        category=CategoryFactory(name="Loud"),
        days_of_week=[3, 4],
    )

    assert names(api.get(f"{URL}?{query}")) == expected


@pytest.mark.parametrize(
    "query",
    [
        "order=name",
        "limit=101",
        "is_referral_code=perhaps",
        "filters[price][conditions][$is]=1",
        "filters[active][conditions][$is]=sometimes",
        "campaign_type[a]=PROMOTION",
    ],
)
def test_refuses_wrong_questions(api: APIClient, query: str) -> None:
    refused(api.get(f"{URL}?{query}"), 400, "invalid_query_params")


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    CampaignFactory(category=CategoryFactory())
    api.get(URL)  # the first call of a key is also noted
    few = count_queries(lambda: api.get(URL, {"limit": 100}))
    for _ in range(20):
        CampaignFactory(category=CategoryFactory())

    assert count_queries(lambda: api.get(URL, {"limit": 100})) == few <= 5
