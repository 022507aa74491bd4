"""GET /v1/orders"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.commerce import CREATED_AT, OrderFactory, OrderItemFactory

URL = "/v1/orders"


def found(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [order["source_id"] for order in answer.json()["orders"]]


@pytest.fixture
def three(db: None) -> None:
    for day in range(3):
        OrderFactory(source_id=f"o{day}", created_at=CREATED_AT + timedelta(days=day))


def test_lists_oldest_first_in_the_envelope_of_the_contract(api: APIClient, three: None) -> None:
    answer = api.get(URL)

    assert list(answer.json()) == ["object", "data_ref", "orders", "total"]
    assert (answer.json()["data_ref"], answer.json()["total"]) == ("orders", 3)
    assert found(answer) == ["o0", "o1", "o2"]


def test_an_order_looks_the_same_as_when_it_is_read_alone(api: APIClient) -> None:
    order = OrderItemFactory().order

    assert api.get(URL).json()["orders"] == [api.get(f"{URL}/{order.public_id}").json()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("order=-created_at", ["o2", "o1", "o0"]),
        ("order=-updated_at", None),
        ("limit=2", ["o0", "o1"]),
        ("limit=2&page=2", ["o2"]),
        ("page=50", []),
    ],
)
def test_sorts_and_pages(api: APIClient, three: None, query: str, expected: list[str] | None) -> None:
    listed = found(api.get(f"{URL}?{query}"))

    assert sorted(listed) == ["o0", "o1", "o2"] if expected is None else listed == expected


@pytest.mark.parametrize("query", ["order=amount", "limit=0", "limit=101", "page=-1"])
def test_refuses_a_wrong_query(api: APIClient, query: str) -> None:
    answer = api.get(f"{URL}?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    for order in OrderFactory.create_batch(2):
        OrderItemFactory(order=order)
    api.get(URL)
    few = count_queries(lambda: api.get(f"{URL}?limit=100"))
    for order in OrderFactory.create_batch(28):
        OrderItemFactory.create_batch(3, order=order)

    assert count_queries(lambda: api.get(f"{URL}?limit=100")) == few <= 4
