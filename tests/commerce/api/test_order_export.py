"""POST /v1/orders/export"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from integrations.models import Export

URL = "/v1/orders/export"


def test_schedules_a_file_of_orders(api: APIClient) -> None:
    answer = api.post(URL, {"parameters": {"fields": ["id"], "order": "-status"}})

    body = answer.json()
    assert (answer.status_code, body["status"], body["exported_object"]) == (200, "SCHEDULED", "order")
    assert body["parameters"] == {"fields": ["id"], "order": "-status"}
    assert body["id"] == Export.objects.get().public_id


def test_an_empty_body_is_enough(api: APIClient) -> None:
    assert api.post(URL, {}).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "key"),
    [
        ({"fields": ["price"]}, "invalid_export_fields"),
        ({"order": "id"}, "invalid_payload"),
        (3, "invalid_payload"),
    ],
)
def test_refusals(api: APIClient, parameters: object, key: str) -> None:
    answer = api.post(URL, {"parameters": parameters})

    assert (answer.status_code, answer.json()["key"]) == (400, key)
    assert not Export.objects.exists()


def test_keys(anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    assert anonymous.post(URL, {}).status_code == 401
    assert api_as("MERCHANT").post(URL, {}).status_code == 403
    assert api_as("VIEWER").post(URL, {}).status_code == 200
    assert api_as("ADMIN").get(URL).status_code == 405
