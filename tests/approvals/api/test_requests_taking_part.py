"""Comments, withdrawing, proposing anew and saying when, over `/v1/approval-requests/{requestId}/…`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest, Comment
from core.models import OutboxEvent
from promotions.models import Campaign
from tests.approvals.api.asking import URL, ask, at, campaign, free_policy, yes
from tests.conftest import NOW
from tests.factories.promotions import percent
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db

ApiAs = Callable[[str], APIClient]
LATER = "2026-04-01T08:00:00.000Z"


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_support_comments_and_mentions(api_as: ApiAs) -> None:
    free_policy()
    request = ask(api_as("USER"), campaign())

    answer = api_as("SUPPORT").post(at(request, "/comments"), {"text": " Why? ", "mentions": [7, 3, 7]})

    body = answer.json()
    assert list(body) == ["id", "text", "mentions", "author", "created_at", "object"]
    assert (body["text"], body["mentions"], body["object"]) == ("Why?", [3, 7], "approval_comment")
    event = OutboxEvent.objects.get(name="approval_request.commented")
    assert (event.payload["comment_id"], event.payload["mentions"]) == (body["id"], [3, 7])
    assert "Why" not in str(event.payload)


@pytest.mark.parametrize(
    "body", [{}, {"text": "  "}, {"text": 5}, {"text": "x", "mentions": ["me"]}, {"text": "x", "to": [1]}]
)
def test_refuses_wrong_comments(api: APIClient, api_as: ApiAs, body: Any) -> None:
    free_policy()
    request = ask(api_as("USER"), campaign())

    refused(api.post(at(request, "/comments"), body), 400, "invalid_payload")
    assert not Comment.objects.exists()


def test_whoever_asked_withdraws(api_as: ApiAs) -> None:
    free_policy()
    caller = api_as("USER")
    request = ask(caller, campaign())

    refused(api_as("USER").post(at(request, "/withdraw")), 403, "approval_not_yours")
    answer = caller.post(at(request, "/withdraw"))

    assert (answer.status_code, answer.json()["state"]) == (200, "WITHDRAWN")
    refused(caller.post(at(request, "/withdraw")), 409, "approval_already_decided")


def test_proposed_anew_on_what_is_there_now(api: APIClient, api_as: ApiAs) -> None:
    free_policy()
    caller, about = api_as("USER"), campaign()
    request = ask(caller, about)
    api.put(f"/v1/campaigns/{about.public_id}", {"metadata": {"a": 1}})
    api.post(at(request, "/decisions"), yes(request))
    assert ApprovalRequest.objects.get().state == "STALE"

    refused(api_as("USER").post(at(request, "/resubmit")), 403, "approval_not_yours")
    body = caller.post(at(request, "/resubmit"), {"reason": "Still wanted"}).json()

    assert (body["state"], body["revision"], body["reason"]) == ("PENDING", 2, "Still wanted")
    assert body["base"]["metadata"] == {"a": 1}
    assert api.post(at(request, "/decisions"), yes(request)).json()["state"] == "APPLIED"
    assert Campaign.objects.get(pk=about.pk).discount == percent(30)


def test_an_approved_change_waits_for_its_time_and_can_be_cancelled(api: APIClient, api_as: ApiAs) -> None:
    free_policy()
    caller, about = api_as("USER"), campaign()
    request = ask(caller, about)

    assert caller.put(at(request, "/schedule"), {"effective_at": LATER}).json()["effective_at"] == LATER
    body = api.post(at(request, "/decisions"), yes(request)).json()

    assert (body["state"], body["applied_at"]) == ("APPROVED", None)
    assert Campaign.objects.get(pk=about.pk).discount == percent(10)
    refused(caller.put(at(request, "/schedule"), {"effective_at": None}), 409, "approval_already_decided")
    assert api.post(at(request, "/withdraw")).json()["state"] == "WITHDRAWN"


@pytest.mark.parametrize(
    "body", [{}, {"effective_at": "soon"}, {"effective_at": "2026-03-10T12:00:00Z"}, {"effective_at": 5}]
)
def test_refuses_wrong_times(api_as: ApiAs, body: Any) -> None:
    free_policy()
    caller = api_as("USER")
    request = ask(caller, campaign())

    refused(caller.put(at(request, "/schedule"), body), 400, "invalid_payload")


def test_only_who_asked_or_decides_says_when(api: APIClient, api_as: ApiAs) -> None:
    free_policy()
    request = ask(api_as("USER"), campaign())

    refused(api_as("USER").put(at(request, "/schedule"), {"effective_at": LATER}), 403, "approval_not_yours")
    assert api.put(at(request, "/schedule"), {"effective_at": LATER}).status_code == 200


PATHS = [
    ("POST", "/comments", {"text": "x"}),
    ("POST", "/withdraw", {}),
    ("POST", "/resubmit", {}),
    ("PUT", "/schedule", {"effective_at": None}),
]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
@pytest.mark.parametrize("role", ["VIEWER", "MERCHANT"])
def test_roles_that_only_read(api_as: ApiAs, method: str, path: str, body: Any, role: str) -> None:
    free_policy()
    request = ask(api_as("USER"), campaign())

    answer = api_as(role).generic(method, at(request, path), "{}", content_type="application/json")

    refused(answer, 403, "missing_required_permission")


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_what_is_not_there(api: APIClient, method: str, path: str, body: Any) -> None:
    send = api.post if method == "POST" else api.put

    refused(send(f"{URL}/apr_none{path}", body), 404, "not_found")
