"""GET /v1/product-collections"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.commerce import ProductCollectionFactory, ProductFactory, SkuFactory

URL = "/v1/product-collections"


def test_lists_newest_first(api: APIClient) -> None:
    first = ProductCollectionFactory(products=[ProductFactory()])
    second = ProductCollectionFactory(products=[SkuFactory()])

    body = api.get(URL).json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert (body["data_ref"], body["total"]) == ("data", 3)
    ids = [row["id"] for row in body["data"]]
    assert sorted(ids) == sorted(["pc_all", first.public_id, second.public_id])
    assert ids.index(second.public_id) < ids.index(first.public_id)
    assert body["data"] == [api.get(f"{URL}/{one}").json() for one in ids]


@pytest.mark.parametrize("query", ["order=name", "limit=0", "page=101"])
def test_refuses_a_wrong_query(api: APIClient, query: str) -> None:
    assert api.get(f"{URL}?{query}").status_code == 400


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    ProductCollectionFactory.create_batch(2, products=[ProductFactory(), SkuFactory()])
    api.get(URL)
    few = count_queries(lambda: api.get(f"{URL}?limit=100"))
    ProductCollectionFactory.create_batch(28, products=[ProductFactory(), SkuFactory()])

    assert count_queries(lambda: api.get(f"{URL}?limit=100")) == few <= 7
