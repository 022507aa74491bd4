"""POST /v1/customers/bulk/async"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from core.models import AuditEntry
from integrations.models import AsyncAction
from tests.commerce.api.jobs import outcome
from tests.factories.commerce import CustomerFactory

URL = "/v1/customers/bulk/async"


def test_creates_and_merges(api: APIClient, work_off: Any, told: Any, audited: Any) -> None:
    known = CustomerFactory(source_id="a", name="Old", city="Oslo", metadata={"kept": 1})

    answer = api.post(
        URL,
        [
            {"source_id": "a", "name": "Ann", "metadata": {"x": 1.5}},
            {"source_id": "b", "email": "b@shop.example", "address": {"city": "Rome"}},
            {"source_id": "b", "name": "Bob"},
        ],
    )
    work_off()

    assert (answer.status_code, list(answer.json())) == (202, ["async_action_id"])
    known.refresh_from_db()
    second = Customer.objects.get(source_id="b")
    assert (known.name, known.city, known.metadata) == ("Ann", "Oslo", {"kept": 1, "x": 1.5})
    assert (second.name, second.email, second.city) == ("Bob", "b@shop.example", "Rome")
    action = outcome(api, answer)
    assert (action["type"], action["operation_status"]) == ("CUSTOMERS.BULK_UPDATE", "SUCCESS")
    assert action["result"]["done_count"] == 2
    assert action["result"]["errors"] == []
    assert not [name for name in told() if name.startswith("customer.")]
    assert sorted(audited()) == ["customer.created", "customer.updated"]
    entries = AuditEntry.objects.filter(entity_type="customer")
    assert set(entries.values_list("actor_role", flat=True)) == {"ADMIN"}


def test_bad_rows_are_reported_and_stop_nothing(api: APIClient, work_off: Any) -> None:
    answer = api.post(
        URL,
        [{"source_id": "a"}, {"name": "no source id"}, 7, {"source_id": "c", "email": 5}, {"source_id": "d"}],
    )
    work_off()

    result = outcome(api, answer)["result"]
    assert list(Customer.objects.order_by("pk").values_list("source_id", flat=True)) == ["a", "d"]
    assert (result["done_count"], result["failed_count"]) == (2, 3)
    assert result["reports"] == []
    assert result["errors"] == [
        {
            "message": "Row was not updated",
            "details": "Property .source_id is required",
            "key": "invalid_payload",
            "source_id": "",
        },
        {
            "message": "Row was not updated",
            "details": "Payload must be a JSON object.",
            "key": "invalid_payload",
            "source_id": "",
        },
        {
            "message": "Row was not updated",
            "details": "Property .email must be a string",
            "key": "invalid_payload",
            "source_id": "c",
        },
    ]


def test_a_job_without_a_good_row_is_no_success(api: APIClient, work_off: Any) -> None:
    answer = api.post(URL, [{}])
    work_off()

    action = outcome(api, answer)
    assert (action["status"], action["operation_status"]) == ("DONE", "FAILED")


@pytest.mark.parametrize("body", [None, {}, []])
def test_an_empty_job_is_done_at_once(api: APIClient, work_off: Any, body: Any) -> None:
    answer = api.post(URL) if body is None else api.post(URL, body)
    work_off()

    action = outcome(api, answer)
    assert answer.status_code == 202
    assert (action["operation_status"], action["result"]["done_count"]) == ("SUCCESS", 0)


@pytest.mark.parametrize("body", [{"source_id": "a"}, "text", 5])
def test_refuses_a_wrong_shape(api: APIClient, body: Any) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not AsyncAction.objects.exists()


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])

    assert not AsyncAction.objects.exists()


def test_cost_does_not_grow_with_the_rows(api: APIClient, work_off: Any, count_queries: Any) -> None:
    def job(count: int) -> None:
        api.post(URL, [{"source_id": f"{count}-{i}", "name": "N"} for i in range(count)])
        work_off()

    job(1)
    few = count_queries(lambda: job(2))

    assert count_queries(lambda: job(300)) == few
