"""POST /v1/products/{productId}/skus"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Sku
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, ProductFactory, SkuFactory


def url(product: Any) -> str:
    return f"/v1/products/{product.public_id}/skus"


def test_creates_a_sku(api: APIClient, told: Any, audited: Any) -> None:
    product = ProductFactory(attributes=["color"])

    answer = api.post(
        url(product),
        {
            "source_id": "mug-red",
            "name": "ignored",
            "sku": "Red mug",
            "price": 800,
            "currency": "EUR",
            "attributes": {"color": "red"},
            "image_url": "https://img.example/red.png",
            "metadata": {"a": 1},
        },
    )

    sku = Sku.objects.get()
    assert answer.status_code == 200
    assert list(answer.json().items()) == [
        ("id", sku.public_id),
        ("source_id", "mug-red"),
        ("product_id", product.public_id),
        ("sku", "Red mug"),
        ("price", 800),
        ("currency", "EUR"),
        ("attributes", {"color": "red"}),
        ("image_url", "https://img.example/red.png"),
        ("metadata", {"a": 1}),
        ("created_at", answer.json()["created_at"]),
        ("updated_at", None),
        ("object", "sku"),
    ]
    assert told() == ["sku.created"]
    assert audited() == ["sku.created"]


def test_a_known_sku_of_the_product_is_merged_into(api: APIClient) -> None:
    sku = SkuFactory(source_id="s", price=5, metadata={"a": 1})

    body = api.post(url(sku.product), {"source_id": "s", "sku": "New", "metadata": {"b": 2}}).json()

    assert (body["id"], body["sku"], body["price"]) == (sku.public_id, "New", 5)
    assert body["metadata"] == {"a": 1, "b": 2}


@pytest.mark.parametrize("in_bin", [True, False])
def test_a_source_id_is_unique_in_the_whole_catalogue(api: APIClient, in_bin: bool) -> None:
    taken = SkuFactory(source_id="s", deleted_at=CREATED_AT if in_bin else None)
    product = taken.product if in_bin else ProductFactory()

    answer = api.post(url(product), {"source_id": "s"})

    assert (answer.status_code, answer.json()["key"]) == (409, "duplicate_found")
    assert answer.json()["resource_id"] == taken.public_id
    assert Sku.objects.count() == 1


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    product = ProductFactory()

    check_not_found(api.post("/v1/products/none/skus", {"sku": "S"}), "product", "none")
    check_not_found(api.post(url(product), {"id": "sku_none"}), "sku", "sku_none")
    assert not Sku.objects.exists()


@pytest.mark.parametrize("body", [[], {"sku": 1}, {"price": "1"}, {"attributes": []}, {"currency": "EURO"}])
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any) -> None:
    answer = api.post(url(ProductFactory()), body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not Sku.objects.exists()
    assert told() == []


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(url(ProductFactory()), ["GET", "POST"])
