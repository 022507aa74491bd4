"""POST /v1/customers/{customerId}/permanent-deletion"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Customer, CustomEvent, Order
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import (
    CustomerFactory,
    CustomEventFactory,
    OrderFactory,
    OrderItemFactory,
    SegmentMembershipFactory,
)

URL = "/v1/customers"


def test_empties_everything_personal(api: APIClient, audited: Any) -> None:
    customer = CustomerFactory(name="Ada", email="ada@shop.example", city="London", metadata={"a": 1})
    order = OrderFactory(customer=customer, amount=900, metadata={"note": "ring twice"})
    OrderItemFactory(order=order, metadata={"engraving": "Ada"})
    CustomEventFactory(customer=customer)
    SegmentMembershipFactory(customer=customer)

    answer = api.post(f"{URL}/{customer.source_id}/permanent-deletion")

    body = answer.json()
    assert answer.status_code == 200
    assert body.pop("id").startswith("del_")
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "related_object_id": customer.public_id,
        "related_object": "customer",
        "status": "DONE",
        "data_json": {
            "events": 0,
            "customer_events": 1,
            "daily_events": 0,
            "segments": 1,
            "orders": 1,
            "order_events": 0,
            "customer": 1,
        },
        "object": "pernament_deletion",
    }
    row = Customer.objects.get()
    assert (row.name, row.email, row.city, row.source_id, row.metadata) == ("", "", "", None, {})
    assert row.erased_at is not None
    order = Order.objects.get()
    assert (order.amount, order.metadata, order.items.get().metadata) == (900, {}, None)
    assert not CustomEvent.objects.exists()
    check_not_found(api.get(f"{URL}/{customer.public_id}"), "customer", customer.public_id)
    assert audited() == ["customer.erased"]


def test_works_for_a_deleted_customer_by_its_id(api: APIClient) -> None:
    customer = CustomerFactory(source_id="crm-1", name="Ada")
    api.delete(f"{URL}/crm-1")

    answer = api.post(f"{URL}/{customer.public_id}/permanent-deletion")

    row = Customer.objects.get()
    assert answer.status_code == 200
    assert (row.name, row.former_source_id) == ("", "")


def test_the_second_time_there_is_nothing_left(api: APIClient) -> None:
    customer = CustomEventFactory().customer
    api.post(f"{URL}/{customer.public_id}/permanent-deletion")

    body = api.post(f"{URL}/{customer.public_id}/permanent-deletion").json()

    assert body["data_json"]["customer_events"] == 0


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.post(f"{URL}/nobody/permanent-deletion"), "customer", "nobody")


def test_keys_rights_and_methods(doors: Any) -> None:
    customer = CustomerFactory(name="Ada")

    doors(f"{URL}/{customer.public_id}/permanent-deletion", ["POST"])

    assert Customer.objects.get().name == "Ada"
