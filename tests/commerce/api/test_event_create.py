"""POST /v1/events and /client/v1/events"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, CustomEvent
from core.services import custom_event_schemas
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CustomerFactory

URL = "/v1/events"
CLIENT_URL = "/client/v1/events"


def test_keeps_the_event_and_its_customer(api: APIClient, told: Any) -> None:
    answer = api.post(
        URL,
        {
            "event": "cart_left",
            "customer": {"source_id": "crm-1", "name": "Ann", "metadata": {"vip": True}},
            "metadata": {"value": 12},
        },
    )

    customer = Customer.objects.get()
    event = CustomEvent.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "object": "event",
        "type": "cart_left",
        "customer": {
            "id": customer.public_id,
            "source_id": "crm-1",
            "name": "Ann",
            "email": None,
            "metadata": {"vip": True},
            "object": "customer",
        },
        "referral": None,
        "loyalty": None,
        "metadata": {"value": 12},
    }
    assert (event.name, event.customer, event.channel) == ("cart_left", customer, "API")
    assert told() == ["customer.created", "customer.custom_event"]


def test_a_known_customer_without_news_is_only_read(api: APIClient, told: Any) -> None:
    CustomerFactory(source_id="crm-1", name="Ann")

    api.post(URL, {"event": "seen", "customer": {"source_id": "crm-1", "name": "Ann"}})

    assert told() == ["customer.custom_event"]
    assert Customer.objects.get().updated_at is None


def test_an_unknown_customer_id_is_not_found(api: APIClient) -> None:
    answer = api.post(URL, {"event": "seen", "customer": {"id": "cust_none"}})

    check_not_found(answer, "customer", "cust_none")
    assert not CustomEvent.objects.exists()


@pytest.mark.parametrize("name", ["referral", "loyalty"])
def test_an_unknown_code_is_not_found(api: APIClient, name: str) -> None:
    answer = api.post(URL, {"event": "seen", "customer": {"source_id": "a"}, name: {"code": "X"}})

    check_not_found(answer, "voucher", "X")
    assert not CustomEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"event": "seen"},
        {"customer": {"source_id": "a"}},
        {"event": "", "customer": {"source_id": "a"}},
        {"event": "x" * 301, "customer": {"source_id": "a"}},
        {"event": "seen", "customer": {}},
        {"event": "seen", "customer": None},
        {"event": 5, "customer": {"source_id": "a"}},
        {"event": "seen", "customer": {"source_id": "a"}, "metadata": "x"},
    ],
)
def test_refuses_a_wrong_shape(api: APIClient, told: Any, body: Any) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not Customer.objects.exists()
    assert told() == []


def test_a_project_may_refuse_events_without_a_schema(
    api: APIClient, settings_row: Any, actor: Any, now: Any
) -> None:
    settings_row.accept_unknown_events = False
    settings_row.save(update_fields=["accept_unknown_events"])
    properties = {"value": {"type": "number"}}
    custom_event_schemas.create(name="known", properties=properties, actor=actor, now=now)
    customer = {"source_id": "a"}

    unknown = api.post(URL, {"event": "unknown", "customer": customer})
    wrong = api.post(URL, {"event": "known", "customer": customer, "metadata": {"value": "x"}})
    right = api.post(URL, {"event": "known", "customer": customer, "metadata": {"value": 1}})

    assert (unknown.status_code, unknown.json()["key"]) == (400, "invalid_payload")
    assert (wrong.status_code, wrong.json()["key"]) == (400, "metadata_validation_failed")
    assert right.status_code == 200
    assert CustomEvent.objects.count() == 1


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])


def test_client_keys_need_the_switch_of_the_project(client_api: APIClient, settings_row: Any) -> None:
    body = {"event": "seen", "customer": {"source_id": "a"}}

    off = client_api.post(CLIENT_URL, body)
    settings_row.client_events_enabled = True
    settings_row.save(update_fields=["client_events_enabled"])
    on = client_api.post(CLIENT_URL, body)

    assert (off.status_code, off.json()["key"]) == (403, "forbidden")
    assert (on.status_code, on.json()["type"]) == (200, "seen")
    assert CustomEvent.objects.get().channel == "CLIENT_API"


def test_server_keys_do_not_open_the_client_path(api: APIClient, anonymous: APIClient) -> None:
    for caller in (api, anonymous):
        assert caller.post(CLIENT_URL, {"event": "x", "customer": {"source_id": "a"}}).status_code == 401


def test_query_budget(api: APIClient, count_queries: Any) -> None:
    body = {"event": "seen", "customer": {"source_id": CustomerFactory().source_id}}
    api.post(URL, body)

    assert count_queries(lambda: api.post(URL, body)) <= 11
