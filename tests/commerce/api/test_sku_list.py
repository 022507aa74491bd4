"""GET /v1/products/{productId}/skus"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, ProductFactory, SkuFactory


def test_lists_the_skus_of_one_product_newest_first(api: APIClient) -> None:
    product = ProductFactory(source_id="mug")
    first = SkuFactory(product=product)
    second = SkuFactory(product=product, created_at=CREATED_AT + timedelta(days=1))
    SkuFactory(product=product, deleted_at=CREATED_AT)
    SkuFactory()

    body = api.get("/v1/products/mug/skus").json()

    assert list(body) == ["object", "data_ref", "skus", "total"]
    assert (body["data_ref"], body["total"]) == ("skus", 2)
    assert [sku["id"] for sku in body["skus"]] == [second.public_id, first.public_id]


def test_an_unknown_product_is_not_found(api: APIClient) -> None:
    check_not_found(api.get("/v1/products/none/skus"), "product", "none")


def test_refuses_a_wrong_query(api: APIClient) -> None:
    answer = api.get(f"/v1/products/{ProductFactory().public_id}/skus?order=price")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    product = ProductFactory()
    url = f"/v1/products/{product.public_id}/skus?limit=100"
    SkuFactory.create_batch(2, product=product)
    api.get(url)
    few = count_queries(lambda: api.get(url))
    SkuFactory.create_batch(28, product=product)

    assert count_queries(lambda: api.get(url)) == few <= 4
