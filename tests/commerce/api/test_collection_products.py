"""GET /v1/product-collections/{productCollectionId}/products"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, ProductCollectionFactory, ProductFactory, SkuFactory


def url(collection: Any, query: str = "") -> str:
    return f"/v1/product-collections/{collection.public_id}/products{query}"


def found(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [article["source_id"] for article in answer.json()["data"]]


@pytest.fixture
def catalogue(db: None) -> dict[str, Any]:
    mug = ProductFactory(source_id="mug", price=700, metadata={"brand": "A"})
    red = SkuFactory(source_id="mug-red", product=mug, price=1700, created_at=CREATED_AT + timedelta(days=1))
    tea = ProductFactory(source_id="tea", price=300, created_at=CREATED_AT + timedelta(days=2))
    ProductFactory(source_id="bin", price=1, deleted_at=CREATED_AT)
    return {"mug": mug, "red": red, "tea": tea}


def test_a_product_brings_its_skus_along(api: APIClient, catalogue: dict[str, Any]) -> None:
    collection = ProductCollectionFactory(products=[catalogue["mug"]])

    body = api.get(url(collection)).json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert (body["data_ref"], body["total"]) == ("data", 2)
    assert [row["object"] for row in body["data"]] == ["sku", "product"]
    assert body["data"][0]["product"]["id"] == catalogue["mug"].public_id
    assert "skus" not in body["data"][1]


def test_a_sku_alone(api: APIClient, catalogue: dict[str, Any]) -> None:
    assert found(api.get(url(ProductCollectionFactory(products=[catalogue["red"]])))) == ["mug-red"]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        ({"junction": "and", "price": {"conditions": {"$less_than": [1000]}}}, ["tea", "mug"]),
        ({"junction": "and", "price": {"conditions": {"$more_than": [1000]}}}, ["mug-red"]),
        ({"junction": "or", "source_id": {"conditions": {"$starts_with": ["mug"]}}}, ["mug-red", "mug"]),
        ({"junction": "AND", "metadata.brand": {"conditions": {"$is": ["A"]}}}, ["mug"]),
        ({"junction": "and"}, ["tea", "mug-red", "mug"]),
    ],
)
def test_a_filter_tests_products_and_skus_on_their_own(
    api: APIClient, catalogue: Any, filter: Any, expected: list[str]
) -> None:
    assert found(api.get(url(ProductCollectionFactory(type="AUTO_UPDATE", filter=filter)))) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?order=created_at", ["mug", "mug-red", "tea"]),
        ("?limit=1&page=2", ["mug-red"]),
        ("?starting_after=2026-03-03T09:00:00Z", ["mug-red", "mug"]),
        ("?page=9", []),
    ],
)
def test_sorts_and_pages(api: APIClient, catalogue: Any, query: str, expected: list[str]) -> None:
    collection = ProductCollectionFactory(type="AUTO_UPDATE", filter={"junction": "and"})

    assert found(api.get(url(collection, query))) == expected


@pytest.mark.parametrize("query", ["?order=price", "?starting_after=soon", "?limit=0", "?order[a]=b"])
def test_refuses_a_wrong_query(api: APIClient, query: str) -> None:
    answer = api.get(url(ProductCollectionFactory(), query))

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    answer = api.get("/v1/product-collections/pc_none/products")

    check_not_found(answer, "product_collection", "pc_none")


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(url(ProductCollectionFactory()), ["GET"])


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    collection = ProductCollectionFactory(type="AUTO_UPDATE", filter={"junction": "and"})
    SkuFactory.create_batch(2)
    api.get(url(collection))
    few = count_queries(lambda: api.get(url(collection, "?limit=100")))
    SkuFactory.create_batch(28)

    assert count_queries(lambda: api.get(url(collection, "?limit=100"))) == few <= 9
