"""`/v1/approval-policies`, but for the simulation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest, Policy
from tests.approvals.api.asking import free_policy
from tests.approvals.world import DEEP, person
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db

URL = "/v1/approval-policies"
KEYS = [
    "id", "name", "description", "active", "position", "content", "version", "created_at", "updated_at",
    "object",
]  # fmt: skip
FINANCE = {"name": "Finance", "group": "Finance"}
CONTENT: dict[str, Any] = {"operations": ["campaigns.update"], "conditions": [DEEP], "stages": [FINANCE]}


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    """Who can say yes, so that no policy locks out."""
    for name in ("fi", "fa"):
        person(name, "Finance")
    person("ada", "Admin")


def made(api: APIClient, **more: Any) -> dict[str, Any]:
    answer = api.post(URL, {"name": "Deep discounts", "content": CONTENT, **more})
    assert answer.status_code == 200, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def test_made_with_what_was_sent(api: APIClient) -> None:
    body = made(api, description="From 25 % on")

    assert list(body) == KEYS
    assert (body["name"], body["description"], body["active"]) == ("Deep discounts", "From 25 % on", True)
    assert (body["position"], body["version"], body["object"]) == (1, 1, "approval_policy")
    assert body["content"] == {
        "operations": ["campaigns.update"],
        "roles": [],
        "conditions": [DEEP],
        "stages": [{**FINANCE, "permission": "approvals.decide", "needed": 1}],
        "due_hours": None,
        "remind_hours": None,
        "escalate_to": "",
        "allows_emergency": True,
    }
    assert api.get(f"{URL}/{body['id']}").json() == body


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"content": CONTENT}, "Property .name is required"),
        ({"name": "X"}, "Property .content is required"),
        ({"name": "X", "content": []}, "Property .content must be an object"),
        ({"name": "X", "content": {"stages": []}}, "stages"),
        ({"name": "X", "content": {**CONTENT, "stage": []}}, "Property .content.stage is not known"),
        ({"name": "X", "content": {**CONTENT, "operations": ["campaigns.fly"]}}, "campaigns.fly"),
        ({"name": "X", "content": {**CONTENT, "stages": [{"group": "Nobody"}]}}, "Nobody"),
        ({"name": "X", "content": CONTENT, "position": 1}, "Property .position is not known"),
    ],
)
def test_refuses_wrong_policies(api: APIClient, body: Any, details: str) -> None:
    refused(api.post(URL, body), 400, "invalid_payload", details)
    assert not Policy.objects.exists()


def test_changes_what_was_sent(api: APIClient) -> None:
    before = made(api)

    body = api.put(f"{URL}/{before['id']}", {"description": "Why"}).json()

    assert body == {**before, "description": "Why", "version": 2, "updated_at": body["updated_at"]}
    refused(api.put(f"{URL}/{before['id']}", {"active": False}), 400, "invalid_payload", ".active")


def test_switched_and_moved_and_deleted(api: APIClient) -> None:
    first, second = made(api), made(api, name="More")
    at = f"{URL}/{second['id']}"

    assert api.post(f"{at}/disable").json()["active"] is False
    assert api.post(f"{at}/enable").json()["active"] is True
    assert api.put(f"{at}/position", {"position": 1}).json()["position"] == 1
    rows = api.get(URL).json()
    assert [row["id"] for row in rows["approval_policies"]] == [second["id"], first["id"]]
    assert api.delete(at).status_code == 204
    refused(api.get(at), 404, "not_found")
    assert api.get(URL).json()["total"] == 1
    refused(api.put(f"{URL}/{first['id']}/position", {"position": "2"}), 400, "invalid_payload")


def test_versions_newest_first(api: APIClient) -> None:
    body = made(api)
    api.put(f"{URL}/{body['id']}", {"name": "Deeper"})

    rows = api.get(f"{URL}/{body['id']}/versions").json()["versions"]

    assert [(row["number"], row["name"]) for row in rows] == [(2, "Deeper"), (1, "Deep discounts")]
    assert list(rows[0]) == [
        "number", "name", "active", "position", "content", "sha256", "author", "created_at", "object",
    ]  # fmt: skip


def test_a_change_of_a_policy_can_need_a_yes_itself(api: APIClient) -> None:
    before = made(api)
    free_policy(operations=("policies.update",), conditions=())

    body = refused(api.put(f"{URL}/{before['id']}", {"name": "Softer"}), 403, "approval_required")

    request = ApprovalRequest.objects.get(public_id=body["resource_id"])
    assert request.operation == "policies.update"
    assert api.get(f"{URL}/{before['id']}").json() == before


@pytest.mark.parametrize("role", ["USER", "SUPPORT", "VIEWER", "MERCHANT"])
def test_only_admins_configure(api: APIClient, api_as: Callable[[str], APIClient], role: str) -> None:
    body = made(api)
    caller, at = api_as(role), f"{URL}/{body['id']}"

    assert caller.get(URL).json()["total"] == 1
    for answer in (
        caller.post(URL, {}),
        caller.put(at, {}),
        caller.delete(at),
        caller.post(f"{at}/disable"),
        caller.put(f"{at}/position", {}),
    ):
        refused(answer, 403, "missing_required_permission")


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    made(api)
    api.get(URL)
    few = count_queries(lambda: api.get(URL))
    for number in range(5):
        made(api, name=f"Policy {number}")

    assert count_queries(lambda: api.get(URL)) == few <= 4
