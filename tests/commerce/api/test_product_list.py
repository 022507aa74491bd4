"""GET /v1/products"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.commerce import CREATED_AT, ProductFactory, SkuFactory

URL = "/v1/products"


def found(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [product["source_id"] for product in answer.json()["products"]]


@pytest.fixture
def three(db: None) -> None:
    for day in range(3):
        ProductFactory(source_id=f"p{day}", created_at=CREATED_AT + timedelta(days=day))
    ProductFactory(source_id="bin", deleted_at=CREATED_AT)


def test_lists_newest_first_with_skus(api: APIClient, three: None) -> None:
    sku = SkuFactory(product=ProductFactory(source_id="p9", created_at=CREATED_AT + timedelta(days=9)))
    SkuFactory(product=sku.product, deleted_at=CREATED_AT)

    body = api.get(URL).json()

    assert list(body) == ["object", "data_ref", "products", "total"]
    assert (body["data_ref"], body["total"]) == ("products", 4)
    assert [product["source_id"] for product in body["products"]] == ["p9", "p2", "p1", "p0"]
    assert [row["id"] for row in body["products"][0]["skus"]["data"]] == [sku.public_id]
    assert body["products"][0] == api.get(f"{URL}/p9").json()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("order=created_at", ["p0", "p1", "p2"]),
        ("order=-code", ["p2", "p1", "p0"]),
        ("order=category", ["p0", "p1", "p2"]),
        ("limit=1&page=2", ["p1"]),
        ("start_date=2026-03-02", ["p2", "p1"]),
        ("end_date=2026-03-02T09:00:00Z", ["p1", "p0"]),
    ],
)
def test_filters_and_sorts(api: APIClient, three: None, query: str, expected: list[str]) -> None:
    assert found(api.get(f"{URL}?{query}")) == expected


@pytest.mark.parametrize("query", ["order=price", "limit=x", "start_date=soon", "page=0"])
def test_refuses_a_wrong_query(api: APIClient, query: str) -> None:
    answer = api.get(f"{URL}?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    SkuFactory.create_batch(2)
    api.get(URL)
    few = count_queries(lambda: api.get(f"{URL}?limit=100"))
    SkuFactory.create_batch(28)

    assert count_queries(lambda: api.get(f"{URL}?limit=100")) == few <= 4
