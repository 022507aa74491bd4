"""PUT /v1/orders/{orderId}"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import OrderFactory, OrderItemFactory

URL = "/v1/orders"


def summary(customer: Customer) -> tuple[int, int, int]:
    customer.refresh_from_db()
    return customer.orders_count, customer.orders_total_amount, customer.last_order_amount


def test_a_status_is_followed_by_its_events_and_the_summary(api: APIClient, told: Any, audited: Any) -> None:
    order = OrderFactory(amount=900)
    url = f"{URL}/{order.source_id}"

    seen = [
        (api.put(url, {"status": status}).json()["status"], summary(order.customer))
        for status in ("PAID", "FULFILLED", "CANCELED", "PAID")
    ]

    assert seen == [
        ("PAID", (1, 900, 900)),
        ("FULFILLED", (1, 900, 900)),
        ("CANCELED", (0, 0, 0)),
        ("PAID", (1, 900, 900)),
    ]
    # Paid is said once in the life of an order.
    assert told() == [
        "customer.order.updated",
        "customer.order.paid",
        "customer.order.updated",
        "customer.order.fulfilled",
        "customer.order.updated",
        "customer.order.canceled",
        "customer.order.updated",
    ]
    assert audited() == ["order.updated"] * 4


def test_lines_that_are_sent_replace_the_stored_ones(api: APIClient) -> None:
    order = OrderItemFactory().order

    body = api.put(
        f"{URL}/{order.public_id}", {"items": [{"source_id": "new", "price": 5, "quantity": 4}]}
    ).json()

    assert [item["source_id"] for item in body["items"]] == ["new"]
    assert (body["amount"], body["total_amount"]) == (20, 20)


def test_a_new_amount_keeps_the_discount_as_far_as_it_goes(api: APIClient) -> None:
    order = OrderFactory(amount=1000, discount_amount=400, total_discount_amount=400, total_amount=600)

    more = api.put(f"{URL}/{order.public_id}", {"amount": 2000}).json()
    less = api.put(f"{URL}/{order.public_id}", {"amount": 300}).json()

    assert (more["total_discount_amount"], more["total_amount"]) == (400, 1600)
    assert (less["total_discount_amount"], less["total_amount"]) == (300, 0)


def test_a_paid_order_that_changes_hands_moves_the_summary(api: APIClient) -> None:
    order = OrderFactory(amount=900)
    first = order.customer
    api.put(f"{URL}/{order.public_id}", {"status": "PAID"})

    api.put(f"{URL}/{order.public_id}", {"amount": 500, "customer": {"source_id": "second"}})

    assert summary(first) == (0, 0, 0)
    assert summary(Customer.objects.get(source_id="second")) == (1, 500, 500)


def test_id_and_source_id_never_change(api: APIClient) -> None:
    order = OrderFactory(source_id="mine")

    body = api.put(f"{URL}/mine", {"id": "ord_other", "source_id": "yours"}).json()

    assert (body["id"], body["source_id"]) == (order.public_id, "mine")


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.put(f"{URL}/none", {"status": "PAID"}), "order", "none")


@pytest.mark.parametrize("body", [[], {"status": "paid"}, {"amount": "x"}, {"items": [{"price": -1}]}])
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any) -> None:
    order = OrderFactory()

    answer = api.put(f"{URL}/{order.public_id}", body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Order.objects.get().updated_at is None
    assert told() == []
