"""`GET /v1/validation-rules`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.promotions import RuleAssignmentFactory, ValidationRuleFactory, VoucherFactory
from tests.promotions.api.catalogue import refused

URL = "/v1/validation-rules"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [rule["name"] for rule in answer.json()["data"]]


def test_lists_newest_first_in_the_envelope(api: APIClient, now: datetime) -> None:
    for age in range(3):
        ValidationRuleFactory(name=f"R{age}", created_at=now - timedelta(days=age))

    body = api.get(URL, {"limit": 2}).json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "data", 3)
    assert [rule["name"] for rule in body["data"]] == ["R0", "R1"]
    assert names(api.get(URL, {"limit": 2, "page": 2})) == ["R2"]


def test_orders(api: APIClient, now: datetime) -> None:
    ValidationRuleFactory(name="B", created_at=now, updated_at=now)
    ValidationRuleFactory(name="A", created_at=now, updated_at=now + timedelta(hours=1))

    assert names(api.get(URL, {"order": "name"})) == ["A", "B"]
    assert names(api.get(URL, {"order": "-name"})) == ["B", "A"]
    assert names(api.get(URL, {"order": "created_at"})) == ["B", "A"]
    assert names(api.get(URL, {"order": "updated_at"})) == ["B", "A"]
    assert names(api.get(URL, {"order": "-updated_at"})) == ["A", "B"]


def test_takes_dates(api: APIClient, now: datetime) -> None:
    for age in range(3):
        ValidationRuleFactory(name=f"R{age}", created_at=now - timedelta(days=age))
    yesterday = "2026-03-09T12:00:00Z"

    assert names(api.get(URL, {"start_date": yesterday})) == ["R0", "R1"]
    assert names(api.get(URL, {"end_date": yesterday})) == ["R1", "R2"]
    assert names(api.get(URL, {"start_date": yesterday, "end_date": yesterday})) == ["R1"]


def test_counts_assignments_of_what_is_there(api: APIClient, now: datetime) -> None:
    rule = ValidationRuleFactory()
    for voucher in (VoucherFactory(), VoucherFactory(), VoucherFactory(deleted_at=now)):
        RuleAssignmentFactory(rule=rule, voucher=voucher)

    assert api.get(URL).json()["data"][0]["assignments_count"] == 2


@pytest.mark.parametrize("query", ["order=type", "page=0", "limit=101", "start_date=soon", "end_date[]=x"])
def test_refuses_wrong_questions(api: APIClient, query: str) -> None:
    refused(api.get(f"{URL}?{query}"), 400, "invalid_query_params")


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    RuleAssignmentFactory(voucher=VoucherFactory())
    api.get(URL)  # the first call of a key is also noted
    few = count_queries(lambda: api.get(URL, {"limit": 100}))
    for _ in range(20):
        RuleAssignmentFactory(voucher=VoucherFactory())

    assert count_queries(lambda: api.get(URL, {"limit": 100})) == few <= 4
