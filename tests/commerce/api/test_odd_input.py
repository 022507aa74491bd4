"""Every endpoint that writes, every field, every odd value: never a 500, never anything half-written."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, CustomEvent, Order, Product, ProductCollection, Sku
from tests.factories.commerce import CustomerFactory, OrderFactory, ProductCollectionFactory, SkuFactory

ODD: Final = (
    None,
    True,
    0,
    -1,
    1.5,
    10**15,
    10**16,
    10**40,
    "",
    " ",
    "12x",
    "x" * 20_000,
    "\ud800",
    "a\0b",
    "ż\u2028\U0001f600",
    [],
    [None],
    [[]],
    ["a", 1],
    {},
    {"a": {"b": [1]}},
    {"$is": 1},
    "2026-02-30",
    "9999-12-31T23:59:59-14:00",
)
CUSTOMER: Final = [
    "id",
    "source_id",
    "name",
    "description",
    "email",
    "phone",
    "birthday",
    "birthdate",
    "address",
    "address.city",
    "metadata",
]
PRODUCT: Final = ["id", "source_id", "name", "price", "attributes", "image_url", "metadata"]
SKU: Final = ["id", "source_id", "sku", "price", "currency", "attributes", "image_url", "metadata"]
ITEM: Final = [
    "product_id",
    "sku_id",
    "source_id",
    "related_object",
    "quantity",
    "initial_quantity",
    "discount_quantity",
    "price",
    "amount",
    "initial_amount",
    "discount_amount",
    "product",
    "product.override",
    "product.price",
    "sku",
    "sku.override",
    "metadata",
]
ORDER: Final = [
    "id",
    "source_id",
    "status",
    "amount",
    "initial_amount",
    "discount_amount",
    "items",
    "metadata",
    "customer",
    "customer_id",
    "referrer",
    "referrer_id",
    "created_at",
]
EVENT: Final = ["event", "customer", "metadata", "referral", "loyalty"]
COLLECTION: Final = ["type", "name", "products", "filter", "filter.junction"]

CASES: Final = [
    ("POST", "/v1/customers", {}, CUSTOMER),
    ("PUT", "/v1/customers/{customer}", {}, CUSTOMER),
    ("POST", "/v1/products", {}, PRODUCT),
    ("PUT", "/v1/products/{product}", {}, PRODUCT),
    ("POST", "/v1/products/{product}/skus", {}, SKU),
    ("PUT", "/v1/products/{product}/skus/{sku}", {}, SKU),
    ("POST", "/v1/orders", {}, ORDER),
    ("POST", "/v1/orders", {}, [f"items.0.{name}" for name in ITEM]),
    ("PUT", "/v1/orders/{order}", {}, ORDER),
    ("POST", "/v1/events", {"event": "e", "customer": {"source_id": "c"}}, EVENT),
    ("POST", "/v1/product-collections", {"type": "STATIC", "name": "N"}, COLLECTION),
    (
        "POST",
        "/v1/product-collections",
        {"type": "AUTO_UPDATE", "name": "N", "filter": {"junction": "and"}},
        ["filter", "filter.price", "filter.price.conditions", "filter.name.conditions.$is", "filter.x"],
    ),
    ("PUT", "/v1/product-collections/{collection}", {}, COLLECTION),
    ("POST", "/v1/customers/metadata/async", {}, ["source_ids", "metadata"]),
    ("POST", "/v1/products/metadata/async", {}, ["source_ids", "metadata"]),
]


def planted(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of `body` with `value` at a dotted path; `0` opens a list of one."""
    head, _, rest = path.partition(".")
    inner = planted_list(rest, value) if rest.startswith("0.") else None
    if inner is None:
        below = body.get(head) if isinstance(body.get(head), dict) else {}
        inner = planted(dict(below or {}), rest, value) if rest else value
    return {**body, head: inner}


def planted_list(path: str, value: Any) -> list[Any]:
    return [planted({}, path.removeprefix("0."), value)]


def rows() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Customer, CustomEvent, Order, Product, Sku, ProductCollection)
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "url", "body", "names"), CASES, ids=[f"{case[0]} {case[1]} {case[3][0]}" for case in CASES]
)
def test_odd_values(api: APIClient, method: str, url: str, body: dict[str, Any], names: list[str]) -> None:
    sku = SkuFactory()
    address = url.format(
        customer=CustomerFactory().public_id,
        product=sku.product.public_id,
        sku=sku.public_id,
        order=OrderFactory().public_id,
        collection=ProductCollectionFactory().public_id,
    )
    for name in names:
        for value in ODD:
            before = rows()

            raw = json.dumps(planted(body, name, value))
            answer = getattr(api, method.lower())(address, raw, content_type="application/json")

            assert answer.status_code < 500, (name, value, answer.content)
            if answer.status_code >= 400:
                assert {"code", "key", "message", "request_id"} <= set(answer.json()), (name, value)
                assert rows() == before, (name, value)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1,",
        b"nul",
        b'{"a": NaN}',
        b'{"name": "a", "name": "b"}',
        b'{"metadata": {"a": "\\u0000"}}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'"text"',
        b"5",
        b"null",
    ],
)
@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]} {case[1]} {case[3][0]}" for case in CASES])
def test_broken_bodies(api: APIClient, case: Any, raw: bytes) -> None:
    method, url, _, _ = case
    sku = SkuFactory()
    address = url.format(
        customer=CustomerFactory().public_id,
        product=sku.product.public_id,
        sku=sku.public_id,
        order=OrderFactory().public_id,
        collection=ProductCollectionFactory().public_id,
    )

    answer = getattr(api, method.lower())(address, raw, content_type="application/json")

    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.json()["key"] == "invalid_payload"


@pytest.mark.parametrize("name", ["%00", "%ED%A0%80", "a" * 5000, "..%2F..", "%F0%9F%98%80", "%"])
@pytest.mark.parametrize(
    "url",
    [
        "/v1/customers/{}",
        "/v1/customers/{}/segments",
        "/v1/products/{}",
        "/v1/products/{}/skus",
        "/v1/skus/{}",
        "/v1/orders/{}",
        "/v1/product-collections/{}",
        "/v1/async-actions/{}",
    ],
)
def test_odd_names_in_paths(api: APIClient, url: str, name: str) -> None:
    answer = api.get(url.format(name))

    assert answer.status_code in (200, 400, 404), answer.content
