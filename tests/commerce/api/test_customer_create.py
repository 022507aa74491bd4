"""POST /v1/customers"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from core.models import AuditEntry, OutboxEvent
from core.services import metadata_schemas
from tests.factories.commerce import CustomerFactory

URL = "/v1/customers"


def test_creates_a_customer_with_everything(api: APIClient, told: Any, audited: Any) -> None:
    answer = api.post(
        URL,
        {
            "source_id": "crm-1",
            "name": "Ada Byron",
            "description": "Likes engines",
            "email": "ada@shop.example",
            "phone": "+44 20 1",
            "birthdate": "1990-12-10",
            "address": {
                "city": "London",
                "state": "LND",
                "line_1": "1 Square",
                "line_2": "Flat 2",
                "country": "GB",
                "postal_code": "W1",
            },
            "metadata": {"lang": "en", "score": 1.5},
            "unknown": 1,
        },
    )

    customer = Customer.objects.get()
    assert answer.status_code == 200
    assert list(answer.json().items()) == [
        ("id", customer.public_id),
        ("source_id", "crm-1"),
        ("name", "Ada Byron"),
        ("description", "Likes engines"),
        ("email", "ada@shop.example"),
        ("phone", "+44 20 1"),
        ("birthday", "1990-12-10"),
        ("birthdate", "1990-12-10"),
        (
            "address",
            {
                "city": "London",
                "state": "LND",
                "line_1": "1 Square",
                "line_2": "Flat 2",
                "country": "GB",
                "postal_code": "W1",
            },
        ),
        ("metadata", {"lang": "en", "score": 1.5}),
        (
            "summary",
            {
                "redemptions": {
                    "total_redeemed": 0,
                    "total_failed": 0,
                    "total_succeeded": 0,
                    "total_rolled_back": 0,
                    "total_rollback_failed": 0,
                    "total_rollback_succeeded": 0,
                    "gift": {"redeemed_amount": 0, "amount_to_go": 0},
                    "loyalty_card": {"redeemed_points": 0, "points_to_go": 0},
                },
                "orders": {
                    "total_amount": 0,
                    "total_count": 0,
                    "average_amount": 0,
                    "last_order_amount": 0,
                },
            },
        ),
        ("loyalty", {"points": 0, "referred_customers": 0, "campaigns": {}}),
        ("referrals", {"total": 0, "campaigns": []}),
        ("system_metadata", {}),
        ("created_at", answer.json()["created_at"]),
        ("assets", {"cockpit_url": None, "cockpit_preference_center_url": None}),
        ("object", "customer"),
    ]
    assert customer.channel == "API"
    assert told() == ["customer.created"]
    assert audited() == ["customer.created"]


def test_one_with_only_a_source_id_is_enough(api: APIClient) -> None:
    answer = api.post(URL, {"source_id": "only"})

    assert answer.status_code == 200
    assert answer.json()["source_id"] == "only"
    assert answer.json()["name"] is None
    assert answer.json()["address"] is None


def test_without_ids_a_customer_without_source_id_is_made(api: APIClient) -> None:
    bodies = [api.post(URL, {"name": "Bob", "email": "bob@shop.example"}).json() for _ in range(2)]

    assert [body["source_id"] for body in bodies] == [None, None]
    assert bodies[0]["id"] != bodies[1]["id"]


def test_a_known_source_id_is_merged_into(api: APIClient, told: Any) -> None:
    known = CustomerFactory(source_id="crm-1", name="Old", city="Rome", metadata={"a": 1, "b": 2})

    answer = api.post(URL, {"source_id": "crm-1", "name": "New", "metadata": {"b": None, "c": 3}})

    body = answer.json()
    assert answer.status_code == 200
    assert (body["id"], body["name"]) == (known.public_id, "New")
    assert body["email"] == known.email
    assert body["address"]["city"] == "Rome"
    assert body["metadata"] == {"a": 1, "b": None, "c": 3}
    assert "updated_at" in body
    assert told() == ["customer.updated"]


def test_an_id_wins_over_the_source_id(api: APIClient) -> None:
    known = CustomerFactory(source_id="first")

    body = api.post(URL, {"id": known.public_id, "source_id": "second", "name": "New"}).json()

    assert (body["id"], body["source_id"], body["name"]) == (known.public_id, "first", "New")
    assert Customer.objects.count() == 1


def test_an_unknown_id_is_not_found(api: APIClient, told: Any) -> None:
    answer = api.post(URL, {"id": "cust_none", "name": "X"})

    body = answer.json()
    assert answer.status_code == 404
    assert body.pop("request_id").startswith("v-")
    assert body == {
        "code": 404,
        "key": "not_found",
        "message": "Resource not found",
        "details": "Cannot find customer with id cust_none",
        "resource_id": "cust_none",
        "resource_type": "customer",
    }
    assert not Customer.objects.exists()
    assert told() == []


def test_personal_data_stays_out_of_audit_and_events(api: APIClient) -> None:
    api.post(URL, {"source_id": "crm-1", "name": "Ada Byron", "email": "ada@shop.example"})
    api.post(URL, {"source_id": "crm-1", "name": "Ada King"})

    written = str([*AuditEntry.objects.values(), *OutboxEvent.objects.values()])
    assert "Ada" not in written
    assert "ada@" not in written


def test_the_dial_code_of_the_project_completes_phones(api: APIClient, settings_row: Any) -> None:
    settings_row.dial_code = "+48"
    settings_row.save(update_fields=["dial_code"])

    phones = [api.post(URL, {"phone": phone}).json()["phone"] for phone in ("600100200", "+44 1", None)]

    assert phones == ["+48600100200", "+44 1", None]
    assert api.post(URL, {"phone": "9" * 58}).status_code == 200
    assert api.post(URL, {"phone": "9" * 59}).status_code == 400


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ([], "Payload must be a JSON object."),
        ({"name": 7}, "Property .name must be a string"),
        ({"email": ["a"]}, "Property .email must be a string"),
        ({"birthdate": "yesterday"}, "Property .birthdate must be a date (YYYY-MM-DD)"),
        ({"address": "London"}, "Property .address must be an object"),
        ({"address": {"city": 1}}, "Property .address.city must be a string"),
        ({"metadata": []}, "Property .metadata must be an object"),
        ({"source_id": "x" * 256}, "Property .source_id must have at most 255 characters"),
    ],
)
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any, details: str) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert answer.json()["details"] == details
    assert not Customer.objects.exists()
    assert told() == []


def test_holds_metadata_against_the_schema(api: APIClient, actor: Any, now: Any) -> None:
    properties = {"age": {"type": "number"}}
    metadata_schemas.create(related_object="customer", properties=properties, actor=actor, now=now)

    answer = api.post(URL, {"source_id": "a", "metadata": {"age": "old"}})

    assert (answer.status_code, answer.json()["key"]) == (400, "metadata_validation_failed")
    assert not Customer.objects.exists()


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["GET", "POST"])

    assert not Customer.objects.exists()


def test_costs_a_constant_number_of_queries(api: APIClient, count_queries: Any) -> None:
    api.post(URL, {"source_id": "warm"})

    fresh = count_queries(lambda: api.post(URL, {"source_id": "a", "metadata": {"x": 1}}))
    merged = count_queries(lambda: api.post(URL, {"source_id": "a", "metadata": {"x": 2}}))

    assert fresh <= 12
    assert merged <= 12
