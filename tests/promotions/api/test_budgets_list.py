"""`GET /v1/budgets`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import BudgetPlan
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.promotions import CampaignFactory
from tests.promotions.api.catalogue import refused

URL = "/v1/budgets"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [budget["name"] for budget in answer.json()["data"]]


def test_lists_newest_first_in_the_envelope(api: APIClient, now: datetime) -> None:
    for age in range(3):
        BudgetFactory(name=f"B{age}", created_at=now - timedelta(days=age))
    BudgetFactory(deleted_at=now)

    body = api.get(URL, {"limit": 2}).json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "data", 3)
    assert [budget["name"] for budget in body["data"]] == ["B0", "B1"]
    assert names(api.get(URL, {"limit": 2, "page": 2})) == ["B2"]


def test_filters_and_orders(api: APIClient) -> None:
    campaign = CampaignFactory()
    shared = BudgetFactory(name="Shared", limit=5, measure="UNITS")
    draw(shared, campaign)
    BudgetFactory(name="Daily", limit=7, period="DAY", per="STORE", is_active=False)

    assert names(api.get(URL, {"measure": "UNITS"})) == ["Shared"]
    assert names(api.get(URL, {"period": "DAY"})) == ["Daily"]
    assert names(api.get(URL, {"per": "STORE"})) == ["Daily"]
    assert names(api.get(URL, {"active": "false"})) == ["Daily"]
    assert names(api.get(URL, {"campaign_id": campaign.public_id})) == ["Shared"]
    assert names(api.get(URL, {"order": "-limit"})) == ["Daily", "Shared"]


@pytest.mark.parametrize("query", ["order=measure", "page=0", "limit=101", "active=maybe"])
def test_refuses_wrong_questions(api: APIClient, query: str) -> None:
    refused(api.get(f"{URL}?{query}"), 400, "invalid_query_params")


@pytest.mark.parametrize("role", ["USER", "VIEWER", "MERCHANT"])
def test_everybody_reads(api_as: Callable[[str], APIClient], role: str) -> None:
    assert names(api_as(role).get(URL)) == []


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    def some(count: int) -> None:
        for _ in range(count):
            budget = BudgetFactory()
            draw(budget, CampaignFactory(), CampaignFactory())
            BudgetPlan.objects.create(budget=budget, month=date(2026, 3, 1), amount=1)

    some(2)
    api.get(URL)  # the first call of a key is also noted
    few = count_queries(lambda: api.get(f"{URL}?limit=100"))
    some(10)

    assert count_queries(lambda: api.get(f"{URL}?limit=100")) == few <= 6
