"""`Idempotency-Key` where the shop tells of orders and events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, CustomEvent, Order
from core.models import IdempotencyKey, OutboxEvent, ProjectSettings

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "k-1"}


def told() -> list[str]:
    return list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))


def test_an_order_told_twice_is_one_order(api: APIClient) -> None:
    body = {"amount": 10_000, "status": "PAID", "customer": {"source_id": "anna"}}

    first = api.post("/v1/orders", body, headers=KEY)
    once = told()
    again = api.post("/v1/orders", body, headers=KEY)

    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.content, again["Idempotent-Replayed"]) == (again.content, "true")
    assert Order.objects.get().public_id == first.json()["id"]
    anna = Customer.objects.get()
    assert (anna.orders_count, anna.orders_total_amount) == (1, 10_000)
    assert told() == once


def test_other_order_under_the_same_key_is_refused(api: APIClient) -> None:
    api.post("/v1/orders", {"amount": 10_000}, headers=KEY)

    answer = api.post("/v1/orders", {"amount": 20_000}, headers=KEY)

    assert (answer.status_code, answer.json()["key"]) == (422, "idempotency_key_reused")
    assert Order.objects.get().amount == 10_000


def test_refused_order_may_be_told_again(api: APIClient) -> None:
    refused = api.post("/v1/orders", {"id": "ord_unknown", "amount": 10_000}, headers=KEY)

    answer = api.post("/v1/orders", {"amount": 10_000}, headers=KEY)

    assert (refused.status_code, answer.status_code) == (404, 200)
    assert Order.objects.count() == IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("path", ["/v1/events", "/client/v1/events"])
def test_an_event_told_twice_happened_once(
    api: APIClient, client_api: APIClient, settings_row: ProjectSettings, path: str
) -> None:
    ProjectSettings.objects.update(client_events_enabled=True)
    caller = client_api if path.startswith("/client") else api
    body: dict[str, Any] = {"event": "page.seen", "customer": {"source_id": "anna"}}

    first, again = (caller.post(path, body, headers=KEY) for _ in range(2))

    assert (first.status_code, first.content) == (200, again.content)
    assert again["Idempotent-Replayed"] == "true"
    assert CustomEvent.objects.count() == told().count("customer.custom_event") == 1
    if path.startswith("/client"):
        assert "Idempotent-Replayed" in again["Access-Control-Expose-Headers"]


def test_a_key_costs_three_statements(
    api: APIClient, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    body = {"amount": 10_000}
    api.post("/v1/orders", body)

    without = count_queries(lambda: api.post("/v1/orders", body))
    keyed = count_queries(lambda: api.post("/v1/orders", body, headers=KEY))

    assert keyed == without + 3
