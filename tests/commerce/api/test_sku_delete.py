"""DELETE /v1/products/{productId}/skus/{skuId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Product, Sku
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import SkuFactory


def test_goes_into_the_bin_alone(api: APIClient, told: Any, audited: Any) -> None:
    sku = SkuFactory()
    url = f"/v1/products/{sku.product.public_id}/skus/{sku.public_id}"

    answer = api.delete(url)

    assert (answer.status_code, answer.content) == (204, b"")
    assert Sku.objects.get().deleted_at is not None
    assert Product.objects.get().deleted_at is None
    check_not_found(api.delete(url), "sku", sku.public_id)
    assert told() == ["sku.deleted"]
    assert audited() == ["sku.deleted"]


def test_force_removes_it(api: APIClient) -> None:
    sku = SkuFactory()

    answer = api.delete(f"/v1/products/{sku.product.public_id}/skus/{sku.source_id}?force=true")

    assert answer.status_code == 204
    assert not Sku.objects.exists()
