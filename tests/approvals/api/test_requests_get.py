"""`GET /v1/approval-requests/{requestId}` and its revisions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from approvals import codec, registry
from tests.approvals.api.asking import URL, ask, at, campaign, free_policy, yes
from tests.approvals.api.test_requests_list import KEYS
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db

MORE = [
    "allows_emergency", "differences", "base", "base_sha256", "proposal", "proposal_sha256", "facts",
    "decisions", "comments",
]  # fmt: skip


def test_shows_all_that_is_to_be_decided_about(api: APIClient, api_as: Callable[[str], APIClient]) -> None:
    free_policy(needed=2)
    request = ask(api_as("USER"), campaign())
    api.post(at(request, "/comments"), {"text": "Why so deep?"})
    api.post(at(request, "/decisions"), yes(request, comment="Fine"))

    body = api_as("VIEWER").get(at(request)).json()

    assert list(body) == [*KEYS, *MORE]
    assert body["base"]["discount"]["percent_off"] == 10
    assert body["proposal"]["discount"]["percent_off"] == 30
    assert body["base_sha256"] == codec.digest(body["base"])
    assert body["proposal_sha256"] == codec.digest(body["proposal"])
    assert body["differences"] == registry.differences("campaign", body["base"], body["proposal"])
    assert body["facts"]["discount_percent"] == 30
    (decision,) = body["decisions"]
    assert list(decision) == [
        "id", "verdict", "revision", "stage", "author", "on_behalf_of", "comment", "proposal_sha256",
        "created_at", "object",
    ]  # fmt: skip
    assert (decision["verdict"], decision["comment"], decision["revision"]) == ("APPROVE", "Fine", 1)
    assert decision["author"] == {
        "type": "api_key",
        "id": api.key.app_id,  # type: ignore[attr-defined]
        "name": "server key",
    }
    (comment,) = body["comments"]
    assert list(comment) == ["id", "text", "mentions", "author", "created_at", "object"]
    assert comment["text"] == "Why so deep?"


def test_every_proposal_is_kept(api: APIClient, api_as: Callable[[str], APIClient]) -> None:
    free_policy()
    caller = api_as("USER")
    request = ask(caller, campaign())
    caller.post(at(request, "/resubmit"), {"reason": "Spring is late"})

    body = api.get(at(request, "/revisions")).json()

    assert (body["data_ref"], body["total"]) == ("revisions", 2)
    assert [row["number"] for row in body["revisions"]] == [2, 1]
    assert list(body["revisions"][0]) == [
        "number", "differences", "base", "base_sha256", "proposal", "proposal_sha256", "author", "created_at",
        "object",
    ]  # fmt: skip
    assert body["revisions"][1]["proposal"]["discount"]["percent_off"] == 30


@pytest.mark.parametrize("path", ["", "/revisions"])
def test_what_is_not_there(api: APIClient, path: str) -> None:
    refused(api.get(f"{URL}/apr_none{path}"), 404, "not_found")
