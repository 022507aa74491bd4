"""`POST /v1/approval-requests/{requestId}/decisions`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest, Decision
from promotions.models import Campaign
from tests.approvals.api.asking import URL, ask, at, campaign, free_policy, yes
from tests.approvals.world import DEEP, policy
from tests.factories.promotions import percent
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db

ApiAs = Callable[[str], APIClient]


def test_the_last_yes_carries_it_out(api: APIClient, api_as: ApiAs) -> None:
    free_policy(needed=2)
    about = campaign()
    request = ask(api_as("USER"), about)

    first = api.post(at(request, "/decisions"), yes(request))
    assert (first.status_code, first.json()["state"]) == (200, "PENDING")
    assert first.json()["waiting_for"] == "Anybody who decides"
    second = api_as("ADMIN").post(at(request, "/decisions"), yes(request))

    assert (second.status_code, second.json()["state"]) == (200, "APPLIED")
    assert second.json()["waiting_for"] is None
    assert second.json()["applied_at"] is not None
    assert Campaign.objects.get(pk=about.pk).discount == percent(30)


@pytest.mark.parametrize(
    ("verdict", "state"), [("REJECT", "REJECTED"), ("REQUEST_CHANGES", "CHANGES_REQUESTED")]
)
def test_a_no_needs_a_word(api: APIClient, api_as: ApiAs, verdict: str, state: str) -> None:
    free_policy()
    about = campaign()
    request = ask(api_as("USER"), about)

    refused(
        api.post(at(request, "/decisions"), yes(request, verdict=verdict)),
        400,
        "invalid_payload",
        "Property .comment is required",
    )
    answer = api.post(at(request, "/decisions"), yes(request, verdict=verdict, comment="Too deep"))

    assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert Campaign.objects.get(pk=about.pk).discount == percent(10)


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"verdict": "MAYBE"}, "Property .verdict must be one of"),
        ({"verdict": None}, "Property .verdict must not be null"),
        ({"revision": "1"}, "Property .revision must be an integer"),
        ({"revision": True}, "Property .revision must be an integer"),
        ({"revision": 0}, "Property .revision must be between"),
        ({"comment": ["x"]}, "Property .comment must be a string"),
        ({"comment": "x" * 10_001}, "Property .comment must have at most 10000 characters"),
        ({"comments": "typo"}, "Property .comments is not known"),
    ],
)
def test_refuses_wrong_shapes(api: APIClient, api_as: ApiAs, change: dict[str, Any], details: str) -> None:
    free_policy()
    request = ask(api_as("USER"), campaign())

    refused(api.post(at(request, "/decisions"), yes(request, **change)), 400, "invalid_payload", details)
    assert not Decision.objects.exists()


def test_nobody_decides_about_what_he_asked_for(api: APIClient) -> None:
    free_policy()
    request = ask(api, campaign())

    refused(api.post(at(request, "/decisions"), yes(request)), 403, "approval_own_request")


def test_keys_decide_in_no_group_and_in_no_emergency(api: APIClient, api_as: ApiAs) -> None:
    """Who makes keys can make as many as he likes: they are not two people."""
    policy("Finance", conditions=[DEEP])
    about = campaign()
    request = ask(api_as("USER"), about)

    for caller in (api, api_as("ADMIN")):
        refused(
            caller.post(at(request, "/decisions"), yes(request)),
            403,
            "missing_required_permission",
            "Finance",
        )
        refused(
            caller.post(at(request, "/decisions"), yes(request, verdict="EMERGENCY", comment="Now")),
            403,
            "missing_required_permission",
            "people",
        )

    assert Campaign.objects.get(pk=about.pk).discount == percent(10)
    assert not Decision.objects.exists()


def test_only_what_was_read_is_decided_about(api: APIClient, api_as: ApiAs) -> None:
    free_policy()
    caller = api_as("USER")
    request = ask(caller, campaign())
    caller.post(at(request, "/resubmit"))

    refused(api.post(at(request, "/decisions"), yes(request, revision=1)), 409, "approval_outdated")


def test_what_moved_meanwhile_is_out_of_date(api: APIClient, api_as: ApiAs) -> None:
    free_policy()
    about = campaign()
    request = ask(api_as("USER"), about)
    assert api.put(f"/v1/campaigns/{about.public_id}", {"metadata": {"a": 1}}).status_code == 200

    refused(api.post(at(request, "/decisions"), yes(request)), 409, "approval_outdated")

    assert ApprovalRequest.objects.get().state == "STALE"
    assert Campaign.objects.get(pk=about.pk).discount == percent(10)


@pytest.mark.parametrize("role", ["USER", "SUPPORT", "VIEWER", "MERCHANT"])
def test_roles_that_do_not_decide(api_as: ApiAs, role: str) -> None:
    free_policy()
    request = ask(api_as("USER"), campaign())

    refused(api_as(role).post(at(request, "/decisions"), yes(request)), 403, "missing_required_permission")


def test_what_is_not_there(api: APIClient) -> None:
    body = {"verdict": "APPROVE", "revision": 1}

    refused(api.post(f"{URL}/apr_none/decisions", body), 404, "not_found")
