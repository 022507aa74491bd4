"""DELETE /v1/customers/{customerId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from commerce.models import Customer, Order, SegmentMembership
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import OrderFactory, SegmentMembershipFactory

URL = "/v1/customers"


def test_takes_the_customer_out_of_sight(api: APIClient, told: Any, audited: Any) -> None:
    order = OrderFactory(customer__source_id="crm-1")
    SegmentMembershipFactory(customer=order.customer)

    answer = api.delete(f"{URL}/crm-1")

    assert (answer.status_code, answer.content) == (204, b"")
    check_not_found(api.get(f"{URL}/crm-1"), "customer", "crm-1")
    assert api.get(URL).json()["total"] == 0
    assert Order.objects.get().customer == order.customer
    assert not SegmentMembership.objects.exists()
    assert told() == ["customer.deleted"]
    assert audited() == ["customer.deleted"]


def test_the_source_id_is_free_again(api: APIClient) -> None:
    first = api.post(URL, {"source_id": "crm-1"}).json()["id"]
    api.delete(f"{URL}/{first}")

    second = api.post(URL, {"source_id": "crm-1"}).json()["id"]

    assert second != first
    assert Customer.objects.count() == 2


def test_a_second_time_it_is_not_found(api: APIClient, told: Any) -> None:
    api.post(URL, {"source_id": "crm-1"})
    api.delete(f"{URL}/crm-1")

    check_not_found(api.delete(f"{URL}/crm-1"), "customer", "crm-1")
    assert told() == ["customer.created", "customer.deleted"]
