"""POST /v1/exports and the addresses that say themselves what is exported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from integrations.models import Export

URL = "/v1/exports"


def test_schedules_a_file(api: APIClient) -> None:
    parameters = {
        "fields": ["id", "status", "metadata.lang"],
        "order": "-created_at",
        "filters": {"junction": "and", "amount": {"conditions": {"$more_than": [12.5]}}},
    }

    answer = api.post(URL, {"exported_object": "order", "parameters": parameters, "odd": 1})

    body = answer.json()
    export = Export.objects.get()
    assert answer.status_code == 200
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "id": export.public_id,
        "object": "export",
        "status": "SCHEDULED",
        "channel": "API",
        "result": None,
        "user_id": None,
        "exported_object": "order",
        "parameters": parameters,
    }


def test_reads_the_same_later(api: APIClient) -> None:
    filters = {"amount": {"conditions": {"$more_than": [12.5]}}}
    body = api.post(URL, {"exported_object": "order", "parameters": {"filters": filters}}).json()

    assert api.get(f"{URL}/{body['id']}").json() == body


@pytest.mark.parametrize("parameters", [{}, {"parameters": None}, {"parameters": {"fields": None}}])
def test_parameters_may_be_left_out(api: APIClient, parameters: Any) -> None:
    answer = api.post(URL, {"exported_object": "customer", **parameters})

    assert (answer.status_code, answer.json()["parameters"]) == (200, {})


@pytest.mark.parametrize(
    ("body", "key", "told"),
    [
        ({}, "invalid_payload", "exported_object"),
        ([], "invalid_payload", "object"),
        ({"exported_object": "api_key"}, "invalid_payload", "product, publication, redemption"),
        ({"exported_object": 1}, "invalid_payload", "string"),
        ({"exported_object": "order", "parameters": []}, "invalid_payload", "parameters"),
        ({"exported_object": "order", "parameters": {"order": "id"}}, "invalid_payload", "-created_at"),
        (
            {"exported_object": "order", "parameters": {"fields": ["id", "price"]}},
            "invalid_export_fields",
            "id, source_id, created_at",
        ),
        (
            {"exported_object": "order", "parameters": {"filters": {"price": {"conditions": {"$is": 1}}}}},
            "invalid_payload",
            "total_amount",
        ),
    ],
)
def test_wrong_shapes_say_what_is_possible(api: APIClient, body: Any, key: str, told: str) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, key)
    assert told in answer.json()["details"]
    assert not Export.objects.exists()


def test_keys(anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    body = {"exported_object": "order"}

    assert anonymous.post(URL, body).status_code == 401
    assert api_as("MERCHANT").post(URL, body).status_code == 403
    assert api_as("VIEWER").post(URL, body).status_code == 200
    assert api_as("ADMIN").put(URL, body).status_code == 405


def test_queries(api: APIClient, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    # Key, its last use, project, transaction twice, export, audit, event with its number.
    assert count_queries(lambda: api.post(URL, {"exported_object": "order"})) <= 10
