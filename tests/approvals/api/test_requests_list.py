"""`GET /v1/approval-requests`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from tests.approvals.api.asking import URL, ask, campaign, free_policy
from tests.conftest import NOW
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db

KEYS = [
    "id", "state", "operation", "title", "target", "requester", "reason", "revision", "stages", "stages_done",
    "waiting_for", "policies", "due_at", "effective_at", "emergency", "error", "created_at", "updated_at",
    "decided_at", "applied_at", "object",
]  # fmt: skip


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [one["id"] for one in answer.json()["approval_requests"]]


def test_lists_newest_first_with_exact_keys(api_as: Callable[[str], APIClient]) -> None:
    asking = free_policy("Finance", due_hours=24)
    caller, about = api_as("USER"), campaign(name="Spring")
    first, second = ask(caller, about), ask(caller, campaign())

    body = api_as("VIEWER").get(URL).json()

    assert list(body) == ["object", "data_ref", "approval_requests", "total"]
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "approval_requests", 2)
    rows = body["approval_requests"]
    assert [row["id"] for row in rows] == [second.public_id, first.public_id]
    assert [list(row) for row in rows] == [KEYS, KEYS]
    shown = rows[1]
    assert shown["target"] == {"type": "campaign", "id": about.public_id, "label": "Spring"}
    assert shown["requester"] == {
        "type": "api_key",
        "id": caller.key.app_id,  # type: ignore[attr-defined]
        "name": "server key",
    }
    assert (shown["state"], shown["operation"]) == ("PENDING", "campaigns.update")
    stage = {"name": "Finance", "group": "", "permission": "approvals.decide", "needed": 1}
    assert (shown["stages"], shown["stages_done"], shown["waiting_for"]) == ([stage], 0, "Finance")
    assert shown["policies"] == [{"id": asking.public_id, "name": asking.name, "version": 1}]
    assert (shown["due_at"] is None, shown["object"]) == (False, "approval_request")


def test_filters(api: APIClient, api_as: Callable[[str], APIClient]) -> None:
    free_policy()
    caller, about = api_as("USER"), campaign()
    first, second = ask(caller, about), ask(api_as("USER"), campaign())
    ApprovalRequest.objects.filter(pk=first.pk).update(
        due_at=NOW, created_at=NOW - timedelta(days=9), effective_at=NOW
    )
    api.post(f"{URL}/{second.public_id}/withdraw")
    mine, other = [first.public_id], [second.public_id]

    assert ids(api.get(URL, {"state": "PENDING"})) == mine
    assert ids(api.get(URL, {"state": "WITHDRAWN"})) == other
    assert ids(api.get(URL, {"operation": "campaigns.update"})) == other + mine
    assert ids(api.get(URL, {"operation": "budgets.update"})) == []
    assert ids(api.get(URL, {"target": about.public_id})) == mine
    assert ids(api.get(URL, {"target_type": "voucher"})) == []
    assert ids(api.get(URL, {"requester": caller.key.app_id})) == mine  # type: ignore[attr-defined]
    assert ids(api.get(f"{URL}?due_at[before]=2026-03-11")) == mine
    assert ids(api.get(f"{URL}?due_at[after]=2026-03-11")) == []
    assert ids(api.get(f"{URL}?created_at[before]=2026-03-05")) == mine
    assert ids(api.get(f"{URL}?effective_at[after]=2026-03-01")) == mine
    assert ids(api.get(URL, {"order": "created_at"})) == mine + other
    assert ids(api.get(f"{URL}?filters[state][conditions][$in][0]=STALE")) == []
    assert ids(api.get(URL, {"limit": 1, "page": 2})) == mine


@pytest.mark.parametrize(
    "query", ["state=OPEN", "state[x]=PENDING", "order=title", "page=0", "limit=101", "due_at[before]=soon"]
)
def test_refuses_wrong_questions(api: APIClient, query: str) -> None:
    refused(api.get(f"{URL}?{query}"), 400, "invalid_query_params")


def test_cost_does_not_grow(
    api: APIClient, api_as: Callable[[str], APIClient], count_queries: Callable[[Any], int]
) -> None:
    free_policy()
    caller = api_as("USER")
    ask(caller, campaign())
    api.get(URL)
    few = count_queries(lambda: api.get(URL))
    for _ in range(5):
        ask(caller, campaign())

    assert count_queries(lambda: api.get(URL)) == few <= 4
