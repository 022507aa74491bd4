"""POST /v1/orders/import"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from integrations.models import AsyncAction
from tests.commerce.api.jobs import outcome
from tests.factories.commerce import ProductFactory

URL = "/v1/orders/import"


def test_imports_past_orders_without_a_sound(api: APIClient, work_off: Any, told: Any, now: Any) -> None:
    ProductFactory(source_id="mug", price=500)
    customer = {"source_id": "crm-1"}

    answer = api.post(
        URL,
        [
            {
                "source_id": "o-1",
                "status": "PAID",
                "customer": customer,
                "created_at": "2020-01-01T00:00:00Z",
                "items": [{"source_id": "mug", "quantity": 2}],
            },
            {"source_id": "o-2", "status": "FULFILLED", "customer": customer, "amount": 300},
            {"source_id": "o-3", "status": "CREATED", "customer": customer, "amount": 9},
        ],
    )
    work_off()

    orders = {order.source_id: order for order in Order.objects.all()}
    assert (answer.status_code, list(answer.json())) == (200, ["async_action_id"])
    assert {name: order.amount for name, order in orders.items()} == {"o-1": 1000, "o-2": 300, "o-3": 9}
    assert orders["o-1"].created_at == now
    person = Customer.objects.get()
    assert (person.orders_count, person.orders_total_amount) == (2, 1300)
    assert not [name for name in told() if name.startswith("customer.order")]
    assert outcome(api, answer)["result"]["done_count"] == 3


def test_an_order_that_is_imported_twice_is_one(api: APIClient, work_off: Any) -> None:
    body = [{"source_id": "o-1", "status": "PAID", "customer": {"source_id": "a"}, "amount": 300}]

    for _ in range(2):
        api.post(URL, body)
        work_off()

    person = Customer.objects.get()
    assert Order.objects.count() == 1
    assert (person.orders_count, person.orders_total_amount) == (1, 300)


def test_bad_orders_are_reported_and_stop_nothing(api: APIClient, work_off: Any) -> None:
    answer = api.post(URL, [{"id": "ord_none"}, {"source_id": "o", "amount": 5}])
    work_off()

    result = outcome(api, answer)["result"]
    assert Order.objects.get().source_id == "o"
    assert result["failed"] == [
        {"source_id": "ord_none", "row": 1, "reason": "Cannot find order with id ord_none"}
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"source_id": "o"},
        [5],
        [{"amount": "x"}],
        [{"items": [{"source_id": "x", "initial_quantity": 0}]}],
        [{"source_id": "o"}] * 2001,
    ],
)
def test_refuses_a_wrong_shape_as_a_whole(api: APIClient, body: Any) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not AsyncAction.objects.exists()


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])
