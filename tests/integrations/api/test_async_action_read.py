"""GET /v1/async-actions/{asyncActionId}"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

from tests.factories.integrations import CREATED_AT, AsyncActionFactory

URL = "/v1/async-actions"
FAILURE = {"row": 3, "reason": "Property .name must be a string", "name": "c", "key": "invalid_payload"}


def test_a_waiting_job_has_no_result(api: APIClient) -> None:
    action = AsyncActionFactory(result={"failures": []})

    body = api.get(f"{URL}/{action.public_id}").json()

    assert (body["status"], body["operation_status"]) == ("ENQUEUED", "UNKNOWN")
    assert "result" not in body


def test_the_result_of_a_bulk_job(api: APIClient) -> None:
    action = AsyncActionFactory(
        status="DONE", finished_at=CREATED_AT, done_count=4, failed_count=1, result={"failures": [FAILURE]}
    )

    assert api.get(f"{URL}/{action.public_id}").json()["result"] == {
        "done_count": 4,
        "failed_count": 1,
        "reports": [],
        "reports_available_till": "2026-03-01T09:00:00.000Z",
        "errors": [
            {
                "message": "Row was not updated",
                "details": "Property .name must be a string",
                "key": "invalid_payload",
                "source_id": "c",
            }
        ],
    }


def test_the_result_of_an_import(api: APIClient) -> None:
    action = AsyncActionFactory(
        type="CUSTOMERS.IMPORT_CSV",
        status="DONE",
        done_count=4,
        failed_count=1,
        result={"message": "4 done, 1 failed", "failures": [FAILURE]},
    )

    assert api.get(f"{URL}/{action.public_id}").json()["result"] == {
        "message": "4 done, 1 failed",
        "failed": [{"source_id": "c", "row": 3, "reason": "Property .name must be a string"}],
        "done_count": 4,
        "failed_count": 1,
    }


def test_a_job_of_a_type_that_is_no_more_can_still_be_read(api: APIClient) -> None:
    action = AsyncActionFactory(type="GONE", status="DONE", done_count=1, result={"failures": [FAILURE]})

    answer = api.get(f"{URL}/{action.public_id}")

    assert (answer.status_code, answer.json()["result"]["done_count"]) == (200, 1)


def test_unknown_ones_are_not_found(api: APIClient) -> None:
    answer = api.get(f"{URL}/aa_none")

    body = answer.json()
    assert (answer.status_code, body["key"]) == (404, "not_found")
    assert (body["resource_type"], body["resource_id"]) == ("async_action", "aa_none")


def test_keys_and_methods(api: APIClient, anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    url = f"{URL}/{AsyncActionFactory().public_id}"

    assert anonymous.get(url).status_code == 401
    assert api_as("VIEWER").get(url).status_code == 200
    assert api.delete(url).status_code == 405


def test_query_budget(api: APIClient, count_queries: Any) -> None:
    url = f"{URL}/{AsyncActionFactory().public_id}"
    api.get(url)

    assert count_queries(lambda: api.get(url)) <= 2
