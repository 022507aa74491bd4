"""Ids of the shop in paths: with slashes, like sub-paths, like ids of ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from tests.factories.commerce import CustomerFactory, OrderFactory, ProductFactory, SkuFactory

NAMES = ["gid://shop/Thing/1", "a b&c", "żółw", "a@shop.example", "1/segments-of-mine", "x/skusy"]


@pytest.mark.parametrize("name", NAMES)
def test_any_source_id_can_be_named(api: APIClient, name: str) -> None:
    customer = CustomerFactory(source_id=name)
    order = OrderFactory(source_id=name, customer=customer)
    sku = SkuFactory(source_id=name, product=ProductFactory(source_id=name))
    at = quote(name, safe="")

    def read(path: str) -> Any:
        answer = api.get(path)
        assert answer.status_code == 200, path
        return answer.json()

    assert read(f"/v1/customers/{at}")["id"] == customer.public_id
    assert read(f"/v1/customers/{at}/segments")["total"] == 0
    assert read(f"/v1/orders/{at}")["id"] == order.public_id
    assert read(f"/v1/products/{at}")["id"] == sku.product.public_id
    assert read(f"/v1/products/{at}/skus")["skus"][0]["id"] == sku.public_id
    assert read(f"/v1/skus/{at}")["id"] == sku.public_id
    assert api.put(f"/v1/products/{at}/skus/{at}", {"price": 7}).json()["price"] == 7


def test_paths_that_nobody_serves_stay_unknown(api: APIClient) -> None:
    customer = CustomerFactory()

    answer = api.get(f"/v1/customers/{customer.public_id}/returns")

    assert answer.status_code == 404
    assert "resource_id" not in answer.json()
