from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry, CustomEventSchema, ProjectSettings

BODY: dict[str, Any] = {
    "name": "cart_left",
    "schema": {
        "properties": {
            "value": {"type": "number", "optional": False},
            "since": {"type": "datetime", "optional": True},
        }
    },
}


@pytest.fixture
def url(settings_row: ProjectSettings) -> str:
    return f"/management/v1/projects/{settings_row.public_id}/custom-event-schemas"


@pytest.fixture
def made(management_api: APIClient, url: str) -> dict[str, Any]:
    answer = management_api.post(url, BODY)
    assert answer.status_code == 200
    return dict(answer.json())


def report(api: APIClient, **metadata: Any) -> Any:
    body = {"event": "cart_left", "customer": {"source_id": "anna"}, "metadata": metadata}
    return api.post("/v1/events", body)


def test_create_list_and_read(management_api: APIClient, url: str, made: dict[str, Any]) -> None:
    assert sorted(made) == ["created_at", "id", "name", "object", "schema"]
    assert (made["name"], made["object"]) == ("cart_left", "custom-event-schema")
    assert made["schema"] == {
        "properties": {
            "value": {"type": "number", "optional": False, "deleted": False},
            "since": {"type": "datetime", "optional": True, "deleted": False},
        }
    }
    listed = management_api.get(url).json()
    assert listed == {"object": "list", "data_ref": "data", "data": [made], "total": 1}
    assert management_api.get(f"{url}/{made['id']}").json() == made


def test_change_merges_and_may_change_types(
    management_api: APIClient, url: str, made: dict[str, Any]
) -> None:
    sent = {"value": {"type": "string", "optional": True}, "first": {"type": "boolean", "optional": True}}

    changed = management_api.put(f"{url}/{made['id']}", {"schema": {"properties": sent}}).json()

    assert {key: one["type"] for key, one in changed["schema"]["properties"].items()} == {
        "value": "string",
        "since": "datetime",
        "first": "boolean",
    }
    assert changed["updated_at"] is not None
    entry = AuditEntry.objects.get(action="custom_event_schema.updated")
    assert (entry.after or {})["properties"]["value"]["type"] == "string"


def test_delete(management_api: APIClient, url: str, made: dict[str, Any]) -> None:
    assert management_api.delete(f"{url}/{made['id']}").status_code == 204
    assert management_api.get(f"{url}/{made['id']}").status_code == 404
    assert management_api.delete(f"{url}/{made['id']}").json()["key"] == "not_found"
    assert not CustomEventSchema.objects.exists()


def test_second_of_a_name(management_api: APIClient, url: str, made: dict[str, Any]) -> None:
    answer = management_api.post(url, BODY)

    assert (answer.status_code, answer.json()["key"]) == (409, "duplicate_found")
    assert CustomEventSchema.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "", "schema": {"properties": {}}},
        {"name": " ", "schema": {"properties": {}}},
        {"name": "x" * 301, "schema": {"properties": {}}},
        {"name": 5, "schema": {"properties": {}}},
        {"name": "x", "schema": []},
        {"name": "x", "schema": {}},
        {"name": "x", "schema": {"properties": {"a": "string"}}},
        {"name": "x", "schema": {"properties": {"a": {"type": "geopoint", "optional": True}}}},
        {"name": "x", "schema": {"properties": {"a": {"type": "string", "optional": "yes"}}}},
        {"name": "x", "schema": {"properties": {"": {"type": "string", "optional": True}}}},
        {"name": "x", "schema": {"properties": {f"k{n}": {"type": "string"} for n in range(101)}}},
    ],
)
def test_wrong_shapes(management_api: APIClient, url: str, body: Any) -> None:
    answer = management_api.post(url, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not CustomEventSchema.objects.exists()


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"value": 5}, ""),
        ({"value": 5.25, "since": "2026-03-10T12:00:00Z", "unknown": [1]}, ""),
        ({"value": 5, "since": None}, ""),
        ({}, "value: is required"),
        ({"value": None}, "value: is required"),
        ({"value": "5"}, "value: must be a number"),
        ({"value": True}, "value: must be a number"),
        ({"value": 5, "since": "yesterday"}, "since: must be an ISO 8601 date-time"),
    ],
)
def test_events_are_held_against_it(
    api: APIClient, made: dict[str, Any], metadata: dict[str, Any], words: str
) -> None:
    answer = report(api, **metadata)

    if words:
        assert (answer.status_code, answer.json()["key"]) == (400, "metadata_validation_failed")
        assert answer.json()["details"].startswith(words)
    else:
        assert (answer.status_code, answer.json()["metadata"]) == (200, metadata)


def test_out_of_use_is_not_checked_and_comes_back(
    api: APIClient, management_api: APIClient, url: str, made: dict[str, Any]
) -> None:
    def set_to(deleted: bool) -> None:
        value = {"type": "number", "optional": False, "deleted": deleted}
        management_api.put(f"{url}/{made['id']}", {"schema": {"properties": {"value": value}}})

    set_to(True)
    assert report(api, value="anything").status_code == 200
    set_to(False)
    assert report(api, value="anything").status_code == 400
