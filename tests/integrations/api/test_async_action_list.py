"""GET /v1/async-actions"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.integrations import CREATED_AT, AsyncActionFactory

URL = "/v1/async-actions"


def test_lists_newest_first_without_results(api: APIClient) -> None:
    old = AsyncActionFactory()
    new = AsyncActionFactory(
        created_at=CREATED_AT + timedelta(days=1), status="DONE", operation_status="SUCCESS", progress=100
    )

    answer = api.get(URL)

    assert answer.status_code == 200
    assert answer.json() == {
        "object": "list",
        "data_ref": "async_actions",
        "async_actions": [
            {
                "id": new.public_id,
                "type": "CUSTOMERS.BULK_UPDATE",
                "status": "DONE",
                "operation_status": "SUCCESS",
                "created_at": "2026-03-02T09:00:00.000Z",
                "request_id": new.request_id,
                "processing_time": 0,
                "progress": 100,
                "object": "async_action",
            },
            {
                "id": old.public_id,
                "type": "CUSTOMERS.BULK_UPDATE",
                "status": "ENQUEUED",
                "operation_status": "UNKNOWN",
                "created_at": "2026-03-01T09:00:00.000Z",
                "request_id": old.request_id,
                "processing_time": 0,
                "progress": 0,
                "object": "async_action",
            },
        ],
        "has_more": False,
    }


def test_end_date_leaves_out_what_came_later(api: APIClient) -> None:
    old = AsyncActionFactory()
    AsyncActionFactory(created_at=CREATED_AT + timedelta(days=1))

    listed = api.get(f"{URL}?end_date=2026-03-01T09:00:00Z").json()["async_actions"]

    assert [action["id"] for action in listed] == [old.public_id]


def test_pages_by_limit(api: APIClient) -> None:
    AsyncActionFactory.create_batch(3)

    body = api.get(f"{URL}?limit=2").json()

    assert (len(body["async_actions"]), body["has_more"]) == (2, True)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "end_date=soon", "end_date[a]=2026-01-01"])
def test_refuses_a_wrong_query(api: APIClient, query: str) -> None:
    answer = api.get(f"{URL}?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


def test_keys_and_methods(api: APIClient, anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    assert anonymous.get(URL).status_code == 401
    assert api_as("VIEWER").get(URL).status_code == 200
    assert api.post(URL, {}).status_code == 405


def test_cost_does_not_grow(api: APIClient, count_queries: Any) -> None:
    AsyncActionFactory.create_batch(2)
    api.get(URL)
    few = count_queries(lambda: api.get(f"{URL}?limit=100"))
    AsyncActionFactory.create_batch(28)

    assert count_queries(lambda: api.get(f"{URL}?limit=100")) == few <= 4
