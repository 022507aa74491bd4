"""DELETE /v1/product-collections/{productCollectionId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Product, ProductCollectionItem
from promotions.models import ValidationRule
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import (
    CREATED_AT,
    ProductCollectionFactory,
    ProductFactory,
    SkuFactory,
    own_collections,
)

URL = "/v1/product-collections"


def test_forgets_the_collection_and_keeps_its_products(api: APIClient, audited: Any) -> None:
    collection = ProductCollectionFactory(products=[ProductFactory()])

    answer = api.delete(f"{URL}/{collection.public_id}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not own_collections().exists()
    assert not ProductCollectionItem.objects.exists()
    assert Product.objects.count() == 1
    assert audited() == ["product_collection.deleted"]


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.delete(f"{URL}/pc_none"), "product_collection", "pc_none")


def test_all_products_stay_as_they_are(api: APIClient) -> None:
    product, sku = ProductFactory(), SkuFactory()
    for answer in (api.delete(f"{URL}/pc_all"), api.put(f"{URL}/pc_all", {"name": "Mine"})):
        assert (answer.status_code, answer.json()["key"]) == (400, "resource_protected")

    body = api.get(f"{URL}/pc_all").json()
    assert (body["name"], body["type"], body["filter"]) == (
        "All products",
        "AUTO_UPDATE",
        {"junction": "and"},
    )
    content = api.get(f"{URL}/pc_all/products?limit=100").json()
    ids = {entry["id"] for entry in content["data"]}
    assert ids == {product.public_id, sku.public_id, sku.product.public_id}


def test_a_used_collection_is_not_deleted(api: APIClient) -> None:
    collection = ProductCollectionFactory(name="Toys", products=[ProductFactory()])
    entry = {"object": "products_collection", "id": collection.public_id, "effect": "APPLY_TO_EVERY"}
    ValidationRule.objects.create(
        name="Only toys",
        applicable_to={"included": [entry], "excluded": [], "included_all": False},
        created_at=CREATED_AT,
    )

    answer = api.delete(f"{URL}/{collection.public_id}")

    assert (answer.status_code, answer.json()["key"]) == (400, "resource_in_use")
    assert "Product collection Toys is used by conditions Only toys" in answer.json()["details"]
    assert own_collections().count() == 1
