"""POST /v1/product-collections"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, ProductFactory, SkuFactory, own_collections

URL = "/v1/product-collections"
CHEAP = {"junction": "and", "price": {"conditions": {"$less_than": [1000]}}}


def test_creates_a_fixed_list(api: APIClient, audited: Any) -> None:
    product, sku = ProductFactory(), SkuFactory()
    products = [
        {"id": sku.public_id, "object": "sku"},
        {"id": product.public_id, "object": "product"},
        {"id": product.public_id, "object": "product"},
    ]

    answer = api.post(URL, {"type": "STATIC", "name": "Mugs", "products": products})

    collection = own_collections().get()
    assert answer.status_code == 200
    assert list(answer.json().items()) == [
        ("id", collection.public_id),
        ("name", "Mugs"),
        ("type", "STATIC"),
        (
            "products",
            [
                {"id": sku.public_id, "product_id": sku.product.public_id, "object": "sku"},
                {"id": product.public_id, "object": "product"},
            ],
        ),
        ("created_at", answer.json()["created_at"]),
        ("object", "products_collection"),
    ]
    assert audited() == ["product_collection.created"]


def test_creates_a_filtered_one(api: APIClient) -> None:
    body = api.post(URL, {"type": "AUTO_UPDATE", "name": "Cheap", "filter": CHEAP}).json()

    assert (body["type"], body["filter"]) == ("AUTO_UPDATE", CHEAP)
    assert "products" not in body


def test_unknown_articles_are_not_found(api: APIClient) -> None:
    binned = ProductFactory(deleted_at=CREATED_AT)

    for kind, name in (("product", "prod_none"), ("sku", "sku_none"), ("product", binned.public_id)):
        body = {"type": "STATIC", "name": "N", "products": [{"id": name, "object": kind}]}
        check_not_found(api.post(URL, body), kind, name)
    assert not own_collections().exists()


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"name": "N"},
        {"type": "STATIC"},
        {"type": "DYNAMIC", "name": "N"},
        {"type": "STATIC", "name": ""},
        {"type": "STATIC", "name": "N", "products": [{"id": "x", "object": "voucher"}]},
        {"type": "STATIC", "name": "N", "products": [{"object": "product"}]},
        {"type": "AUTO_UPDATE", "name": "N"},
        {"type": "AUTO_UPDATE", "name": "N", "filter": {"price": {"conditions": {"$is": [1]}}}},
        {"type": "AUTO_UPDATE", "name": "N", "filter": {"junction": "xor"}},
        {
            "type": "AUTO_UPDATE",
            "name": "N",
            "filter": {"junction": "and", "secret": {"conditions": {"$is": 1}}},
        },
        {
            "type": "AUTO_UPDATE",
            "name": "N",
            "filter": {"junction": "and", "price": {"conditions": {"$eq": 1}}},
        },
        {
            "type": "AUTO_UPDATE",
            "name": "N",
            "filter": {"junction": "and", "price": {"conditions": {"$is": "x"}}},
        },
    ],
)
def test_refuses_a_wrong_shape(api: APIClient, body: Any) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not own_collections().exists()


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["GET", "POST"])


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    products = [{"id": p.public_id, "object": "product"} for p in ProductFactory.create_batch(30)]
    body = {"type": "STATIC", "name": "N"}
    api.post(URL, {**body, "products": products[:1]})

    few = count_queries(lambda: api.post(URL, {**body, "products": products[:2]}))
    many = count_queries(lambda: api.post(URL, {**body, "products": products}))

    assert few == many <= 11
