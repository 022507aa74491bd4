"""PUT /v1/products/{productId}"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Product
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import ProductFactory

URL = "/v1/products"


def test_merges_what_was_sent(api: APIClient, told: Any, audited: Any) -> None:
    product = ProductFactory(name="Mug", price=700, attributes=["color"], metadata={"a": 1})

    answer = api.put(f"{URL}/{product.source_id}", {"price": None, "metadata": {"b": 2}})

    body = answer.json()
    assert answer.status_code == 200
    assert (body["name"], body["price"], body["attributes"]) == ("Mug", None, ["color"])
    assert body["metadata"] == {"a": 1, "b": 2}
    assert body["updated_at"] is not None
    assert told() == ["product.updated"]
    assert audited() == ["product.updated"]


def test_id_and_source_id_never_change(api: APIClient) -> None:
    product = ProductFactory(source_id="mine")

    body = api.put(f"{URL}/mine", {"id": "prod_other", "source_id": "yours"}).json()

    assert (body["id"], body["source_id"]) == (product.public_id, "mine")


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.put(f"{URL}/none", {"name": "N"}), "product", "none")


@pytest.mark.parametrize("body", [[], {"price": "12"}, {"attributes": {}}, {"name": ["x"]}])
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any) -> None:
    product = ProductFactory()

    answer = api.put(f"{URL}/{product.public_id}", body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Product.objects.get().updated_at is None
    assert told() == []
