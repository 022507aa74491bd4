"""DELETE /v1/product-collections/{productCollectionId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Product, ProductCollection, ProductCollectionItem
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import ProductCollectionFactory, ProductFactory

URL = "/v1/product-collections"


def test_forgets_the_collection_and_keeps_its_products(api: APIClient, audited: Any) -> None:
    collection = ProductCollectionFactory(products=[ProductFactory()])

    answer = api.delete(f"{URL}/{collection.public_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not ProductCollection.objects.exists()
    assert not ProductCollectionItem.objects.exists()
    assert Product.objects.count() == 1
    assert audited() == ["product_collection.deleted"]


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.delete(f"{URL}/pc_none"), "product_collection", "pc_none")
