"""`GET /v1/budgets/{budgetId}/counters`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Budget
from tests.factories.budgets import BudgetFactory, CounterFactory
from tests.factories.commerce import CustomerFactory
from tests.promotions.api.catalogue import refused


def url(budget: Budget) -> str:
    return f"/v1/budgets/{budget.public_id}/counters"


def subjects(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.json()
    return [row["subject"] and row["subject"]["id"] for row in answer.json()["data"]]


def test_says_what_is_used_held_and_left(api: APIClient) -> None:
    budget = BudgetFactory(limit=1_000)
    CounterFactory(budget=budget, value=400, held=50)
    CounterFactory(value=9)

    body = api.get(url(budget)).json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert body["data"] == [
        {
            "budget_id": budget.public_id,
            "subject": None,
            "period": None,
            "limit": 1_000,
            "used": 400,
            "held": 50,
            "left": 550,
            "object": "budget_counter",
        }
    ]


def test_nothing_used_yet_is_an_empty_list(api: APIClient) -> None:
    assert api.get(url(BudgetFactory())).json()["data"] == []


def test_newest_period_first_and_by_subject(api: APIClient) -> None:
    budget = BudgetFactory(limit=100, period="MONTH", per="STORE")
    for period, store in (("2026-02-01", "b"), ("2026-03-01", "b"), ("2026-03-01", "a"), ("2026-03-01", "")):
        CounterFactory(budget=budget, period=period, subject=f"store:{store}", value=1, most=50)

    rows = api.get(url(budget)).json()["data"]

    assert [(row["period"], row["subject"], row["left"]) for row in rows] == [
        ("2026-03-01", {"type": "store", "id": None}, 49),
        ("2026-03-01", {"type": "store", "id": "a"}, 49),
        ("2026-03-01", {"type": "store", "id": "b"}, 49),
        ("2026-02-01", {"type": "store", "id": "b"}, 49),
    ]
    assert subjects(api.get(url(budget), {"period": "2026-02-01"})) == ["b"]
    assert subjects(api.get(url(budget), {"subject": "a"})) == ["a"]
    assert subjects(api.get(url(budget), {"subject": "c"})) == []
    refused(api.get(url(budget), {"period": "March"}), 400, "invalid_query_params", "period")


@pytest.mark.parametrize(
    ("terms", "stored", "asked", "wire"),
    [
        ({"per": "CHANNEL"}, "channel:web", "web", {"type": "channel", "id": "web"}),
        (
            {"per": "CUSTOMER", "customer_key": "EMAIL"},
            "email:ada@shop.example",
            "Ada+x@Shop.example",
            {"type": "email", "id": "ada@shop.example"},
        ),
        (
            {"per": "CUSTOMER", "customer_key": "PHONE"},
            "phone:+48123",
            "0048 123",
            {"type": "phone", "id": "+48123"},
        ),
        (
            {"per": "CUSTOMER", "customer_key": "METADATA", "field": "card"},
            "card:77:a",
            "77:a",
            {"type": "metadata", "id": "77:a", "field": "card"},
        ),
    ],
)
def test_names_whose_use_it_is(
    api: APIClient, terms: dict[str, str], stored: str, asked: str, wire: dict[str, str]
) -> None:
    budget = BudgetFactory(**terms)
    CounterFactory(budget=budget, subject=stored, value=1)
    CounterFactory(budget=budget, subject="customer:999999", value=2)

    (row,) = api.get(url(budget), {"subject": asked}).json()["data"]

    assert (row["subject"], row["used"]) == (wire, 1)


def test_customers_are_named_as_on_the_wire(api: APIClient) -> None:
    budget = BudgetFactory(per="CUSTOMER")
    anna, bea = CustomerFactory(source_id="anna"), CustomerFactory(source_id="bea")
    for customer in (anna, bea):
        CounterFactory(budget=budget, subject=f"customer:{customer.pk}", value=1)

    rows = api.get(url(budget)).json()["data"]

    assert {row["subject"]["id"] for row in rows} == {anna.public_id, bea.public_id}
    assert {row["subject"]["type"] for row in rows} == {"customer"}
    for name in ("anna", anna.public_id):
        assert subjects(api.get(url(budget), {"subject": name})) == [anna.public_id]
    assert subjects(api.get(url(budget), {"subject": str(anna.pk)})) == []


@pytest.mark.parametrize("role", ["USER", "VIEWER", "MERCHANT"])
def test_everybody_reads(api_as: Callable[[str], APIClient], role: str) -> None:
    assert api_as(role).get(url(BudgetFactory())).status_code == 200


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    budget = BudgetFactory(per="CUSTOMER")

    def some(count: int) -> None:
        for _ in range(count):
            CounterFactory(budget=budget, subject=f"customer:{CustomerFactory().pk}", value=1)

    some(2)
    api.get(url(budget))  # the first call of a key is also noted
    few = count_queries(lambda: api.get(url(budget), {"limit": 100}))
    some(10)

    assert count_queries(lambda: api.get(url(budget), {"limit": 100})) == few <= 7
