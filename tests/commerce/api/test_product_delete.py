"""DELETE /v1/products/{productId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import OrderItem, Product, Sku
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import OrderItemFactory, ProductFactory, SkuFactory

URL = "/v1/products"


def test_goes_into_the_bin_with_its_skus(api: APIClient, told: Any, audited: Any) -> None:
    sku = SkuFactory(product__source_id="mug")

    answer = api.delete(f"{URL}/mug")

    assert (answer.status_code, answer.content) == (204, b"")
    assert Product.objects.get().deleted_at is not None
    assert Sku.objects.get().deleted_at is not None
    check_not_found(api.get(f"{URL}/mug"), "product", "mug")
    check_not_found(api.get(f"/v1/skus/{sku.public_id}"), "sku", sku.public_id)
    assert told() == ["product.deleted"]
    assert audited() == ["product.deleted"]


def test_force_removes_it_and_frees_the_source_id(api: APIClient) -> None:
    SkuFactory(product__source_id="mug")

    answer = api.delete(f"{URL}/mug?force=true")

    assert answer.status_code == 204
    assert not Product.objects.exists()
    assert not Sku.objects.exists()
    assert api.post(URL, {"source_id": "mug"}).status_code == 200


def test_order_lines_outlive_their_product(api: APIClient) -> None:
    line = OrderItemFactory(product__source_id="mug")

    api.delete(f"{URL}/mug?force=true")

    line = OrderItem.objects.get()
    assert (line.product_id, line.source_id, line.amount) == (None, "mug", 1000)


def test_a_second_time_it_is_not_found(api: APIClient) -> None:
    ProductFactory(source_id="mug")
    api.delete(f"{URL}/mug")

    check_not_found(api.delete(f"{URL}/mug"), "product", "mug")


def test_refuses_an_odd_force(api: APIClient) -> None:
    product = ProductFactory()

    answer = api.delete(f"{URL}/{product.public_id}?force=maybe")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")
    assert Product.objects.get().deleted_at is None
