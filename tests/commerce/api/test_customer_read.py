"""GET /v1/customers/{customerId}"""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, CustomerFactory

URL = "/v1/customers"


def test_reads_by_id_and_by_source_id(api: APIClient) -> None:
    customer = CustomerFactory(source_id="crm 1&a@b")

    by_id = api.get(f"{URL}/{customer.public_id}")
    by_source_id = api.get(f"{URL}/crm%201%26a%40b")

    assert by_id.status_code == 200
    assert by_id.json()["id"] == customer.public_id
    assert by_source_id.json() == by_id.json()


def test_prints_the_summary(api: APIClient) -> None:
    customer = CustomerFactory(
        orders_count=3,
        orders_total_amount=1000,
        last_order_amount=400,
        last_order_at=CREATED_AT,
        redemptions_succeeded=5,
        redemptions_failed=2,
        rollbacks_succeeded=1,
    )

    summary = api.get(f"{URL}/{customer.source_id}").json()["summary"]

    assert summary["orders"] == {
        "total_amount": 1000,
        "total_count": 3,
        "average_amount": 333,
        "last_order_amount": 400,
        "last_order_date": "2026-03-01T09:00:00.000Z",
    }
    assert summary["redemptions"]["total_redeemed"] == 7
    assert summary["redemptions"]["total_succeeded"] == 5
    assert summary["redemptions"]["total_rolled_back"] == 1


def test_a_source_id_may_look_like_an_id(api: APIClient) -> None:
    customer = CustomerFactory(source_id="cust_mine")

    assert api.get(f"{URL}/cust_mine").json()["id"] == customer.public_id


def test_unknown_and_deleted_ones_are_not_found(api: APIClient) -> None:
    gone = CustomerFactory(source_id=None, former_source_id="old", deleted_at=CREATED_AT)

    check_not_found(api.get(f"{URL}/nobody"), "customer", "nobody")
    check_not_found(api.get(f"{URL}/old"), "customer", "old")
    check_not_found(api.get(f"{URL}/{gone.public_id}"), "customer", gone.public_id)
    assert api.get(f"{URL}/%00").status_code in (400, 404)


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(f"{URL}/{CustomerFactory().public_id}", ["GET", "PUT", "DELETE"])


def test_query_budget(api: APIClient, count_queries: Any) -> None:
    customer = CustomerFactory()
    api.get(f"{URL}/{customer.public_id}")

    # The key, the customer, points on cards.
    assert count_queries(lambda: api.get(f"{URL}/{customer.public_id}")) <= 3
