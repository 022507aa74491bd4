"""GET /v1/skus/{skuId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, SkuFactory

URL = "/v1/skus"


def test_reads_by_id_and_by_source_id(api: APIClient) -> None:
    sku = SkuFactory(source_id="s-1")

    body = api.get(f"{URL}/{sku.public_id}").json()

    assert (body["id"], body["product_id"]) == (sku.public_id, sku.product.public_id)
    assert api.get(f"{URL}/s-1").json() == body


def test_unknown_ones_and_those_in_the_bin_are_not_found(api: APIClient) -> None:
    SkuFactory(source_id="old", deleted_at=CREATED_AT)

    check_not_found(api.get(f"{URL}/none"), "sku", "none")
    check_not_found(api.get(f"{URL}/old"), "sku", "old")


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(f"{URL}/{SkuFactory().public_id}", ["GET"])
