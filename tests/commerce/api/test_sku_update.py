"""PUT /v1/products/{productId}/skus/{skuId}"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Sku
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import ProductFactory, SkuFactory


def test_merges_what_was_sent(api: APIClient, told: Any, audited: Any) -> None:
    sku = SkuFactory(sku="Red", price=800, metadata={"a": 1})

    answer = api.put(
        f"/v1/products/{sku.product.source_id}/skus/{sku.source_id}", {"price": 900, "metadata": {"b": 2}}
    )

    body = answer.json()
    assert answer.status_code == 200
    assert (body["sku"], body["price"], body["metadata"]) == ("Red", 900, {"a": 1, "b": 2})
    assert told() == ["sku.updated"]
    assert audited() == ["sku.updated"]


def test_only_through_its_own_product(api: APIClient) -> None:
    sku = SkuFactory()
    other = ProductFactory()

    check_not_found(api.put(f"/v1/products/{other.public_id}/skus/{sku.public_id}", {}), "sku", sku.public_id)
    check_not_found(api.put(f"/v1/products/none/skus/{sku.public_id}", {}), "product", "none")


@pytest.mark.parametrize("body", [[], {"price": 1.5}, {"sku": False}])
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any) -> None:
    sku = SkuFactory()

    answer = api.put(f"/v1/products/{sku.product.public_id}/skus/{sku.public_id}", body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Sku.objects.get().updated_at is None
    assert told() == []


def test_keys_rights_and_methods(doors: Any) -> None:
    sku = SkuFactory()

    doors(f"/v1/products/{sku.product.public_id}/skus/{sku.public_id}", ["PUT", "DELETE"])
