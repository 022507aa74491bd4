"""GET /v1/product-collections/{productCollectionId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import ProductCollectionFactory, ProductFactory

URL = "/v1/product-collections"


def test_reads_one(api: APIClient) -> None:
    product = ProductFactory()
    collection = ProductCollectionFactory(name="Mugs", products=[product])

    assert api.get(f"{URL}/{collection.public_id}").json() == {
        "id": collection.public_id,
        "name": "Mugs",
        "type": "STATIC",
        "products": [{"id": product.public_id, "object": "product"}],
        "created_at": "2026-03-01T09:00:00.000Z",
        "object": "products_collection",
    }


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.get(f"{URL}/pc_none"), "product_collection", "pc_none")


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(f"{URL}/{ProductCollectionFactory().public_id}", ["GET", "PUT", "DELETE"])
