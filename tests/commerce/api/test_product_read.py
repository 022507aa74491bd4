"""GET /v1/products/{productId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, ProductFactory, SkuFactory

URL = "/v1/products"


def test_reads_by_id_and_by_source_id(api: APIClient) -> None:
    sku = SkuFactory(product__source_id="mug")

    body = api.get(f"{URL}/{sku.product.public_id}").json()

    assert body["id"] == sku.product.public_id
    assert body["skus"]["total"] == 1
    assert body["skus"]["data"] == [api.get(f"/v1/skus/{sku.public_id}").json()]
    assert api.get(f"{URL}/mug").json() == body


def test_hide_sku_leaves_the_skus_out(api: APIClient) -> None:
    product = SkuFactory().product

    assert "skus" not in api.get(f"{URL}/{product.public_id}?hide=sku").json()
    assert "skus" in api.get(f"{URL}/{product.public_id}?hide=other").json()


def test_unknown_ones_and_those_in_the_bin_are_not_found(api: APIClient) -> None:
    binned = ProductFactory(source_id="old", deleted_at=CREATED_AT)

    check_not_found(api.get(f"{URL}/none"), "product", "none")
    check_not_found(api.get(f"{URL}/old"), "product", "old")
    check_not_found(api.get(f"{URL}/{binned.public_id}"), "product", binned.public_id)


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(f"{URL}/{ProductFactory().public_id}", ["GET", "PUT", "DELETE"])


def test_query_budget(api: APIClient, count_queries: Any) -> None:
    product = SkuFactory().product
    api.get(f"{URL}/{product.public_id}")

    assert count_queries(lambda: api.get(f"{URL}/{product.public_id}")) <= 3
