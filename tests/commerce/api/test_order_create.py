"""POST /v1/orders"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order, OrderItem, Product, Sku
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CustomerFactory, OrderFactory, ProductFactory, SkuFactory

URL = "/v1/orders"


def test_creates_an_order_with_lines(api: APIClient, told: Any, audited: Any) -> None:
    mug = ProductFactory(source_id="mug", name="Mug", price=700)
    red = SkuFactory(source_id="mug-red", sku="Red", price=800, product=mug)

    answer = api.post(
        URL,
        {
            "source_id": "order-1",
            "currency": "EUR",
            "customer": {"source_id": "crm-1", "name": "Ann"},
            "metadata": {"till": 7},
            "items": [
                {"source_id": "mug", "related_object": "product", "quantity": "3"},
                {"sku_id": red.public_id, "quantity": 2, "metadata": {"gift": True}},
                {"product": {"name": "Bag", "price": 100}},
                {"source_id": "unknown", "quantity": 1},
                {"source_id": "mug", "quantity": 0},
            ],
        },
    )

    order, customer = Order.objects.get(), Customer.objects.get()
    ids = list(OrderItem.objects.order_by("position").values_list("public_id", flat=True))
    product = {"id": mug.public_id, "source_id": "mug", "name": "Mug", "price": 700}
    assert answer.status_code == 200
    assert list(answer.json().items()) == [
        ("id", order.public_id),
        ("source_id", "order-1"),
        ("created_at", answer.json()["created_at"]),
        ("updated_at", None),
        ("status", "CREATED"),
        ("amount", 3800),
        ("initial_amount", 3800),
        ("total_amount", 3800),
        (
            "items",
            [
                {
                    "id": ids[0],
                    "product_id": mug.public_id,
                    "related_object": "product",
                    "source_id": "mug",
                    "quantity": 3,
                    "initial_quantity": 3,
                    "amount": 2100,
                    "initial_amount": 2100,
                    "price": 700,
                    "subtotal_amount": 2100,
                    "product": product,
                    "object": "order_item",
                    "metadata": {},
                },
                {
                    "id": ids[1],
                    "sku_id": red.public_id,
                    "product_id": mug.public_id,
                    "related_object": "sku",
                    "source_id": "mug-red",
                    "quantity": 2,
                    "initial_quantity": 2,
                    "amount": 1600,
                    "initial_amount": 1600,
                    "price": 800,
                    "subtotal_amount": 1600,
                    "product": product,
                    "sku": {"id": red.public_id, "source_id": "mug-red", "sku": "Red", "price": 800},
                    "object": "order_item",
                    "metadata": {"gift": True},
                },
                {
                    "id": ids[2],
                    "quantity": 1,
                    "initial_quantity": 1,
                    "amount": 100,
                    "initial_amount": 100,
                    "price": 100,
                    "subtotal_amount": 100,
                    "product": {"name": "Bag", "price": 100},
                    "object": "order_item",
                    "metadata": {},
                },
                {
                    "id": ids[3],
                    "source_id": "unknown",
                    "quantity": 1,
                    "initial_quantity": 1,
                    "object": "order_item",
                    "metadata": {},
                },
            ],
        ),
        ("metadata", {"till": 7}),
        ("customer", {"id": customer.public_id, "object": "customer"}),
        ("customer_id", customer.public_id),
        ("referrer_id", None),
        ("redemptions", {}),
        ("object", "order"),
    ]
    assert told() == ["customer.created", "customer.order.created"]
    assert audited() == ["customer.created", "order.created"]
    assert customer.orders_count == 0


def test_an_amount_alone_is_enough(api: APIClient) -> None:
    body = api.post(URL, {"amount": 1000, "customer": {"email": "a@shop.example"}}).json()

    assert (body["amount"], body["total_amount"], body["status"]) == (1000, 1000, "CREATED")
    assert "items" not in body
    assert "initial_amount" not in body
    assert body["customer_id"].startswith("cust_")


def test_the_amount_that_was_sent_wins_over_the_lines(api: APIClient) -> None:
    body = api.post(URL, {"amount": 500, "items": [{"price": 300, "quantity": 2, "source_id": "x"}]}).json()

    assert (body["amount"], body["items"][0]["amount"]) == (500, 600)


def test_discounts_of_the_shop_are_kept_and_add_up(api: APIClient) -> None:
    items = [{"source_id": "x", "price": 500, "quantity": 2, "discount_amount": 300}]

    body = api.post(URL, {"items": items, "discount_amount": 100}).json()

    assert body["amount"] == 1000
    assert body["discount_amount"] == 100
    assert body["items_discount_amount"] == 300
    assert body["total_discount_amount"] == 400
    assert body["total_amount"] == 600
    assert body["items"][0]["discount_amount"] == 300
    assert body["items"][0]["subtotal_amount"] == 700


def test_a_discount_is_cut_at_the_amount(api: APIClient) -> None:
    body = api.post(URL, {"amount": 100, "discount_amount": 900}).json()

    assert (body["discount_amount"], body["total_amount"]) == (100, 0)


def test_a_paid_order_counts_for_its_customer(api: APIClient, told: Any) -> None:
    customer = CustomerFactory(source_id="crm-1")
    body = {"status": "PAID", "customer": {"source_id": "crm-1"}}

    for amount in (300, 700):
        api.post(URL, {**body, "amount": amount})

    customer.refresh_from_db()
    assert (customer.orders_count, customer.orders_total_amount, customer.last_order_amount) == (2, 1000, 700)
    assert told() == ["customer.order.created", "customer.order.paid"] * 2


def test_merges_into_a_known_order(api: APIClient, told: Any) -> None:
    order = OrderFactory(source_id="order-1", amount=1000, metadata={"a": 1})

    by_source_id = api.post(URL, {"source_id": "order-1", "metadata": {"b": 2}}).json()
    by_id = api.post(URL, {"id": order.public_id, "source_id": "other", "amount": 1500}).json()

    assert (by_source_id["id"], by_source_id["amount"], by_source_id["metadata"]) == (
        order.public_id,
        1000,
        {"a": 1, "b": 2},
    )
    assert (by_id["id"], by_id["source_id"], by_id["amount"]) == (order.public_id, "order-1", 1500)
    assert Order.objects.count() == 1
    assert told() == ["customer.order.updated"] * 2


def test_an_unknown_id_is_not_found(api: APIClient) -> None:
    check_not_found(api.post(URL, {"id": "ord_none", "amount": 1}), "order", "ord_none")
    assert not Order.objects.exists()


def test_keeps_created_at_and_referrer(api: APIClient) -> None:
    referrer = CustomerFactory()

    body = api.post(
        URL, {"amount": 1, "created_at": "2025-01-02T03:04:05Z", "referrer_id": referrer.public_id}
    ).json()

    assert body["created_at"] == "2025-01-02T03:04:05.000Z"
    assert body["referrer_id"] == referrer.public_id
    assert body["referrer"] == {"id": referrer.public_id, "object": "customer"}


def test_override_puts_articles_into_the_catalogue(api: APIClient) -> None:
    ProductFactory(source_id="old", name="Old", price=1, metadata={"kept": 1})
    items = [
        {"source_id": "old", "product": {"override": True, "name": "New", "price": 5, "metadata": {"x": 1}}},
        {"source_id": "fresh", "product": {"override": True, "name": "Fresh", "price": 7}},
        {"source_id": "ignored", "product": {"name": "Ignored", "price": 9}},
        {"product_id": "old", "sku": {"source_id": "old-s", "sku": "S", "price": 6, "override": True}},
    ]

    body = api.post(URL, {"items": items}).json()

    products = {p.source_id: (p.name, p.price, p.metadata) for p in Product.objects.all()}
    assert products == {"old": ("New", 5, {"kept": 1, "x": 1}), "fresh": ("Fresh", 7, {})}
    assert Sku.objects.get().product.source_id == "old"
    assert body["items"][1]["product_id"] == Product.objects.get(source_id="fresh").public_id
    assert body["amount"] == 5 + 7 + 9 + 6


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ([], "invalid_payload"),
        ({"amount": "many"}, "invalid_payload"),
        ({"amount": -1}, "invalid_payload"),
        ({"amount": 1.5}, "invalid_payload"),
        ({"amount": True}, "invalid_payload"),
        ({"status": "SHIPPED"}, "invalid_payload"),
        ({"items": {}}, "invalid_payload"),
        ({"items": [5]}, "invalid_payload"),
        ({"items": [{"quantity": -1}]}, "invalid_payload"),
        ({"items": [{"quantity": "12x"}]}, "invalid_payload"),
        ({"items": [{"source_id": "x"}] * 501}, "invalid_payload"),
        ({"items": [{"price": 10**15, "quantity": 2}]}, "invalid_order"),
        ({"items": [{"price": 10**15}] * 2}, "invalid_order"),
        ({"customer": "Ann"}, "invalid_payload"),
        ({"metadata": 1}, "invalid_payload"),
        ({"created_at": "soon"}, "invalid_payload"),
    ],
)
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any, key: str) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, key)
    assert not Order.objects.exists()
    assert told() == []


def test_nothing_is_half_written(api: APIClient, actor: Any, now: Any) -> None:
    from core.services import metadata_schemas

    properties = {"size": {"type": "number"}}
    metadata_schemas.create(related_object="order_item", properties=properties, actor=actor, now=now)

    answer = api.post(
        URL, {"customer": {"source_id": "crm-1"}, "items": [{"source_id": "x", "metadata": {"size": "L"}}]}
    )

    assert (answer.status_code, answer.json()["key"]) == (400, "metadata_validation_failed")
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["GET", "POST"])


def test_cost_does_not_grow_with_the_lines(api: APIClient, count_queries: Any) -> None:
    products = ProductFactory.create_batch(30)
    customer = {"source_id": CustomerFactory().source_id}
    items = [{"source_id": product.source_id} for product in products]
    api.post(URL, {"items": items[:1], "customer": customer})

    few = count_queries(lambda: api.post(URL, {"items": items[:2], "customer": customer}))
    many = count_queries(lambda: api.post(URL, {"items": items, "customer": customer}))

    assert few == many <= 18
