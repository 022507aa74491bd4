"""PUT /v1/customers/{customerId}"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CustomerFactory

URL = "/v1/customers"


def test_merges_what_was_sent(api: APIClient, told: Any, audited: Any) -> None:
    customer = CustomerFactory(name="Ann", city="Oslo", country="NO", metadata={"a": 1})

    answer = api.put(
        f"{URL}/{customer.source_id}",
        {"email": "new@shop.example", "address": {"city": "Rome"}, "metadata": {"b": [1, 2]}},
    )

    body = answer.json()
    assert answer.status_code == 200
    assert (body["name"], body["email"]) == ("Ann", "new@shop.example")
    assert (body["address"]["city"], body["address"]["country"]) == ("Rome", "NO")
    assert body["metadata"] == {"a": 1, "b": [1, 2]}
    assert body["updated_at"] is not None
    assert told() == ["customer.updated"]
    assert audited() == ["customer.updated"]


def test_null_empties_a_field(api: APIClient) -> None:
    customer = CustomerFactory(name="Ann", city="Oslo", birthdate="1990-01-01")

    body = api.put(f"{URL}/{customer.public_id}", {"name": None, "address": None, "birthdate": None}).json()

    assert (body["name"], body["address"], body["birthdate"]) == (None, None, None)


def test_birthday_is_the_old_name(api: APIClient) -> None:
    customer = CustomerFactory()

    body = api.put(f"{URL}/{customer.public_id}", {"birthday": "1990-12-10"}).json()

    assert (body["birthday"], body["birthdate"]) == ("1990-12-10", "1990-12-10")


def test_id_and_source_id_never_change(api: APIClient) -> None:
    customer = CustomerFactory(source_id="mine")

    body = api.put(f"{URL}/mine", {"id": "cust_other", "source_id": "yours", "name": "N"}).json()

    assert (body["id"], body["source_id"]) == (customer.public_id, "mine")


def test_the_same_again_says_nothing(api: APIClient, told: Any) -> None:
    customer = CustomerFactory(name="Ann")

    answer = api.put(f"{URL}/{customer.public_id}", {"name": "Ann"})

    assert answer.status_code == 200
    assert told() == []


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    check_not_found(api.put(f"{URL}/nobody", {"name": "N"}), "customer", "nobody")


@pytest.mark.parametrize(
    "body", [[], {"name": True}, {"metadata": "x"}, {"birthdate": 5}, {"phone": "1" * 65}]
)
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any) -> None:
    customer = CustomerFactory(name="Ann")

    answer = api.put(f"{URL}/{customer.public_id}", body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Customer.objects.get().updated_at is None
    assert told() == []


def test_query_budget(api: APIClient, count_queries: Any) -> None:
    customer = CustomerFactory()
    api.put(f"{URL}/{customer.public_id}", {"name": "warm"})

    assert count_queries(lambda: api.put(f"{URL}/{customer.public_id}", {"name": "N"})) <= 10
