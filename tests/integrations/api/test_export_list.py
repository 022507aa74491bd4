"""GET /v1/exports"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rest_framework.test import APIClient

from tests.factories.integrations import CREATED_AT, ExportFactory, export_with_file

URL = "/v1/exports"


def test_lists_newest_first_without_the_removed(api: APIClient) -> None:
    old = ExportFactory(status="IN_PROGRESS")
    new = export_with_file(b"a\n", created_at=CREATED_AT + timedelta(hours=1))
    ExportFactory(done=True, deleted_at=CREATED_AT)

    body = api.get(URL).json()

    assert (body["object"], body["data_ref"], body["total"]) == ("list", "exports", 2)
    assert [row["id"] for row in body["exports"]] == [new.public_id, old.public_id]
    assert body["exports"][1]["result"] is None
    assert body["exports"][0]["result"]["url"].startswith(
        f"http://testserver/v1/exports/{new.public_id}?token="
    )


def test_order_and_pages(api: APIClient) -> None:
    done = export_with_file(b"a\n")
    waiting = ExportFactory(created_at=CREATED_AT + timedelta(hours=1))

    def ids(query: str) -> list[str]:
        return [row["id"] for row in api.get(f"{URL}?{query}").json()["exports"]]

    assert ids("order=created_at") == [done.public_id, waiting.public_id]
    assert ids("order=-status") == [waiting.public_id, done.public_id]
    assert ids("limit=1&page=2") == [done.public_id]
    assert api.get(f"{URL}?order=size").json()["key"] == "invalid_query_params"


def test_keys(anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    assert anonymous.get(URL).status_code == 401
    assert api_as("MERCHANT").get(URL).status_code == 403
    assert api_as("VIEWER").get(URL).status_code == 200


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    ExportFactory.create_batch(2)
    api.get(URL)  # the key's first use is noted
    few = count_queries(lambda: api.get(f"{URL}?limit=100"))
    ExportFactory.create_batch(28)

    assert count_queries(lambda: api.get(f"{URL}?limit=100")) == few
