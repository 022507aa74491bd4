"""`/v1/metadata-schemas` and `/management/v1/projects/{projectId}/metadata-schemas`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry, MetadataSchema, ProjectSettings
from tests.conftest import NOW

V1 = "/v1/metadata-schemas"
RULES = {"type": "string", "array": False, "optional": False, "min_length": 1, "exact_length": 3}


@pytest.fixture
def url(settings_row: ProjectSettings) -> str:
    return f"/management/v1/projects/{settings_row.public_id}/metadata-schemas"


def create(api: APIClient, url: str, **body: Any) -> Any:
    return api.post(url, {"related_object": "voucher", "properties": {"code3": RULES}, **body})


def test_create_answers_the_whole_object(management_api: APIClient, url: str) -> None:
    answer = create(management_api, url, unknown_key=1)

    schema = MetadataSchema.objects.get()
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == [
        "id",
        "related_object",
        "properties",
        "allow_defined_only",
        "created_at",
        "updated_at",
        "object",
    ]
    assert body["properties"] == {"code3": {**RULES, "deleted": False}}
    assert (body["id"], body["allow_defined_only"], body["updated_at"]) == (schema.public_id, False, None)
    assert body["object"] == "metadata_schema"


def test_v1_prints_camel_case(management_api: APIClient, api: APIClient, url: str) -> None:
    create(management_api, url, properties={"a": RULES, "b": {"type": "object", "object_type": "address"}})

    listed, one = api.get(V1).json(), api.get(f"{V1}/voucher").json()

    assert {**listed, "schemas": []} == {"object": "list", "data_ref": "schemas", "schemas": [], "total": 1}
    assert listed["schemas"] == [one]
    assert one["properties"]["a"] == {
        "type": "string",
        "array": False,
        "optional": False,
        "deleted": False,
        "minLength": 1,
        "exactLength": 3,
    }
    assert one["properties"]["b"]["objectType"] == "address"


def test_missing_schemas_are_404(management_api: APIClient, api: APIClient, url: str) -> None:
    for answer in (api.get(f"{V1}/voucher"), management_api.get(f"{url}/voucher")):
        body = answer.json()
        body.pop("request_id")
        assert answer.status_code == 404
        assert body == {
            "code": 404,
            "key": "not_found",
            "message": "Resource not found",
            "details": "Cannot find metadata schema with id voucher",
            "resource_id": "voucher",
            "resource_type": "metadata_schema",
        }


def test_read_update_delete(management_api: APIClient, url: str) -> None:
    made = create(management_api, url).json()
    one = f"{url}/{made['id']}"

    assert management_api.get(one).json() == made
    changed = management_api.put(
        one, {"allow_defined_only": True, "properties": {"size": {"type": "number"}}}
    )
    assert changed.status_code == 200
    assert sorted(changed.json()["properties"]) == ["code3", "size"]
    assert changed.json()["allow_defined_only"] is True
    assert changed.json()["updated_at"] is not None
    deleted = management_api.delete(one)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert management_api.get(url).json() == {"object": "list", "data_ref": "data", "data": [], "total": 0}
    actions = AuditEntry.objects.filter(entity_type="metadataschema").order_by("pk")
    assert list(actions.values_list("action", "actor_label")) == [
        ("metadata_schema.created", "management key"),
        ("metadata_schema.updated", "management key"),
        ("metadata_schema.deleted", "management key"),
    ]


def test_second_create_is_a_conflict(management_api: APIClient, url: str) -> None:
    create(management_api, url)

    answer = create(management_api, url)

    assert (answer.status_code, answer.json()["key"]) == (409, "duplicate_found")
    assert MetadataSchema.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ([], "Payload must be a JSON object."),
        ({}, "Property .related_object is required"),
        ({"related_object": "voucher"}, "Property .properties is required"),
        ({"related_object": 5, "properties": {}}, "Property .related_object must be a string"),
        ({"related_object": "voucher", "properties": []}, "Property .properties must be an object"),
        (
            {"related_object": "voucher", "properties": {"a": "string"}},
            "Property .properties.a must be an object",
        ),
        (
            {"related_object": "voucher", "properties": {}, "allow_defined_only": "yes"},
            "Property .allow_defined_only must be a boolean",
        ),
        (
            {"related_object": "voucher", "properties": {"a": {"type": "string", "array": 1}}},
            "Property .properties.a.array must be a boolean",
        ),
    ],
)
def test_wrong_shapes(management_api: APIClient, url: str, body: Any, details: str) -> None:
    answer = management_api.post(url, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert answer.json()["details"] == details
    assert MetadataSchema.objects.count() == 0


def test_server_keys_do_not_open_the_management_api(api: APIClient, url: str) -> None:
    assert api.get(url).status_code == 401


def test_lists_cost_the_same_with_more_schemas(
    api: APIClient, management_api: APIClient, url: str, count_queries: Callable[..., int]
) -> None:
    def costs() -> list[int]:
        return [count_queries(lambda: api.get(V1)), count_queries(lambda: management_api.get(url))]

    api.get(V1), management_api.get(url)
    few = costs()
    MetadataSchema.objects.bulk_create(
        [MetadataSchema(related_object=f"custom-{number}", created_at=NOW) for number in range(30)]
    )

    assert costs() == few == [2, 3]
