"""POST /v1/products"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Product
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, ProductFactory

URL = "/v1/products"


def test_creates_a_product(api: APIClient, told: Any, audited: Any) -> None:
    answer = api.post(
        URL,
        {
            "source_id": "mug",
            "name": "Mug",
            "price": 700,
            "attributes": ["color", "size"],
            "metadata": {"brand": "A"},
            "image_url": "https://img.example/mug.png",
            "unknown": 1,
        },
    )

    product = Product.objects.get()
    assert answer.status_code == 200
    assert list(answer.json().items()) == [
        ("id", product.public_id),
        ("source_id", "mug"),
        ("name", "Mug"),
        ("price", 700),
        ("attributes", ["color", "size"]),
        ("metadata", {"brand": "A"}),
        ("image_url", "https://img.example/mug.png"),
        ("created_at", answer.json()["created_at"]),
        ("updated_at", None),
        ("object", "product"),
        ("skus", {"object": "list", "data_ref": "data", "data": [], "total": 0}),
    ]
    assert told() == ["product.created"]
    assert audited() == ["product.created"]


def test_everything_may_be_left_out(api: APIClient) -> None:
    body = api.post(URL, {}).json()

    assert (body["source_id"], body["name"], body["price"], body["attributes"]) == (None, None, None, [])


def test_a_known_product_is_merged_into(api: APIClient, told: Any) -> None:
    known = ProductFactory(source_id="mug", name="Mug", price=700, metadata={"a": 1})

    by_source_id = api.post(URL, {"source_id": "mug", "price": 0, "metadata": {"b": 2}}).json()
    by_id = api.post(URL, {"id": known.public_id, "source_id": "other", "name": None}).json()

    assert (by_source_id["id"], by_source_id["price"], by_source_id["name"]) == (known.public_id, 0, "Mug")
    assert by_source_id["metadata"] == {"a": 1, "b": 2}
    assert (by_id["id"], by_id["source_id"], by_id["name"]) == (known.public_id, "mug", None)
    assert told() == ["product.updated"] * 2


def test_the_source_id_of_a_product_in_the_bin_stays_taken(api: APIClient) -> None:
    binned = ProductFactory(source_id="mug", deleted_at=CREATED_AT)

    answer = api.post(URL, {"source_id": "mug", "name": "Again"})

    assert (answer.status_code, answer.json()["key"]) == (409, "duplicate_found")
    assert answer.json()["resource_id"] == binned.public_id
    assert Product.objects.count() == 1


def test_an_unknown_id_is_not_found(api: APIClient) -> None:
    check_not_found(api.post(URL, {"id": "prod_none"}), "product", "prod_none")


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"name": 1},
        {"price": -1},
        {"price": 1.5},
        {"price": "12"},
        {"price": 10**16},
        {"attributes": "color"},
        {"attributes": [1]},
        {"metadata": "x"},
        {"source_id": 5},
    ],
)
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not Product.objects.exists()
    assert told() == []


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["GET", "POST"])


def test_query_budget(api: APIClient, count_queries: Any) -> None:
    api.post(URL, {"source_id": "warm"})

    assert count_queries(lambda: api.post(URL, {"source_id": "a", "name": "A"})) <= 12
