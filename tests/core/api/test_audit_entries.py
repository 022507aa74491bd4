"""`/v1/audit-entries`, one entry, and the last verification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from core import audit
from core.actors import Actor, ActorKind, Role
from core.models import ApiKey, AuditEntry, ProjectSettings
from core.services import audit_verification, sealing
from tests.conftest import NOW
from tests.core.planted import planted

URL = "/v1/audit-entries"
ANNA = Actor(
    kind=ActorKind.USER,
    id="7",
    label="Anna",
    role=Role.USER,
    channel="ADMIN",
    request_id="req-1",
    address="192.0.2.7",
    approval_id="apr_1",
)


@pytest.fixture
def entries(settings_row: ProjectSettings) -> list[AuditEntry]:
    """Five, a minute apart; the first is Anna's."""
    first = audit.log(
        ANNA, "project.updated", settings_row, now=NOW, before={"name": "A"}, after={"name": "B"}
    )
    others = [
        audit.log(Actor.system("tests"), "project.seen", settings_row, now=NOW + timedelta(minutes=number))
        for number in range(1, 5)
    ]
    return [first, *others]


def ids(api: APIClient, query: str = "") -> list[str]:
    answer = api.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["data"]]


def of(entries: list[AuditEntry]) -> list[str]:
    return [f"aud_{entry.pk}" for entry in entries]


def test_one_entry_says_everything(
    api: APIClient, entries: list[AuditEntry], settings_row: ProjectSettings
) -> None:
    answer = api.get(f"{URL}/aud_{entries[0].pk}")

    assert answer.json() == {
        "id": f"aud_{entries[0].pk}",
        "created_at": "2026-03-10T12:00:00.000Z",
        "action": "project.updated",
        "actor": {"kind": "user", "id": "7", "name": "Anna", "role": "USER"},
        "channel": "ADMIN",
        "address": "192.0.2.7",
        "request_id": "req-1",
        "approval_id": "apr_1",
        "related_object": {
            "type": "projectsettings",
            "id": settings_row.public_id,
            "name": str(settings_row),
        },
        "before": {"name": "A"},
        "after": {"name": "B"},
        "sealed": False,
        "object": "audit_entry",
    }
    sealing.seal(now=NOW)
    assert api.get(f"{URL}/aud_{entries[0].pk}").json()["sealed"] is True


@pytest.mark.parametrize("wrong", ["aud_0", "aud_999999999", "1", "aud_01", "aud_x", "aud_" + "9" * 30, "x"])
def test_what_is_no_entry_is_not_found(api: APIClient, entries: list[AuditEntry], wrong: str) -> None:
    answer = api.get(f"{URL}/{wrong}")

    assert (answer.status_code, answer.json()["key"]) == (404, "not_found")
    assert answer.json()["resource_type"] == "audit_entry"


def test_lists_the_newest_first_page_by_page(
    api_as: Callable[[str], APIClient], entries: list[AuditEntry]
) -> None:
    viewer = api_as("VIEWER")
    newest = of(entries)[::-1]

    first = viewer.get(f"{URL}?limit=2").json()
    assert [row["id"] for row in first["data"]] == newest[:2]
    assert (first["has_more"], first["more_starting_after"]) == (True, newest[1])
    assert ids(viewer, f"limit=2&starting_after_id={newest[1]}") == newest[2:4]
    assert ids(viewer, f"limit=2&starting_after={newest[1]}") == newest[2:4]
    assert ids(viewer, f"order=id&limit=2&starting_after_id={newest[-1]}") == of(entries)[1:3]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("actor_kind=user", True),
        ("actor_kind=system", False),
        ("actor_id=7", True),
        ("actor_name=Anna", True),
        ("actor_role=USER", True),
        ("action=project.updated", True),
        ("channel=ADMIN", True),
        ("address=192.0.2.7", True),
        ("request_id=req-1", True),
        ("approval_id=apr_1", True),
        ("created_at[before]=2026-03-10T12:00:30Z", True),
        ("created_at[after]=2026-03-10T12:00:30Z", False),
        ("filters[action][conditions][$starts_with]=project.u", True),
        ("filters[created_at][conditions][$after]=2026-03-10T12:00:30Z", False),
    ],
)
def test_filters(
    api_as: Callable[[str], APIClient], entries: list[AuditEntry], query: str, first: bool
) -> None:
    expected = of(entries[:1]) if first else of(entries[1:])[::-1]

    assert ids(api_as("VIEWER"), query) == expected


def test_filters_by_object(api: APIClient, entries: list[AuditEntry], settings_row: ProjectSettings) -> None:
    query = f"related_object_type=projectsettings&related_object_id={settings_row.public_id}"

    assert ids(api, query) == of(entries)[::-1]
    assert ids(api, "related_object_id=other") == []


@pytest.mark.parametrize(
    "query",
    [
        "actor_id[]=7",
        "order=action",
        "starting_after_id=aud_0",
        "starting_after_id=7",
        "starting_after=never",
        "limit=0",
        "actor_id=%00",
    ],
)
def test_refuses_what_it_does_not_understand(api: APIClient, entries: list[AuditEntry], query: str) -> None:
    answer = api.get(f"{URL}?{query}")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_query_params")


@pytest.mark.parametrize("role", ["USER", "SUPPORT", "VIEWER", "MERCHANT"])
def test_what_happened_to_people_and_keys_is_for_administrators(
    api: APIClient, api_as: Callable[[str], APIClient], role: str
) -> None:
    person = User.objects.create_user("anna")
    key = ApiKey.objects.get()
    hidden = [
        audit.log(ANNA, "user.updated", person, now=NOW, after={"email": "anna@shop.example"}),
        audit.log(ANNA, "api_key.blocked", key, now=NOW),
    ]
    other = api_as(role)

    assert {f"aud_{entry.pk}" for entry in hidden} <= set(ids(api, "limit=100"))
    assert ids(other, "limit=100") == []
    missing = other.get(f"{URL}/aud_{hidden[0].pk}")
    assert missing.status_code == 404
    assert missing.json()["details"] == f"Cannot find audit_entry with id aud_{hidden[0].pk}"


def test_cost_does_not_grow(api: APIClient, entries: list[AuditEntry], count_queries: Any) -> None:
    api.get(URL)  # notes when the key was used
    few = count_queries(lambda: api.get(f"{URL}?limit=2"))

    assert count_queries(lambda: api.get(f"{URL}?limit=100")) == few <= 4


def test_a_call_is_written_down_with_its_address(api: APIClient) -> None:
    api.post("/v1/products", {"name": "Mug"}, REMOTE_ADDR="::ffff:192.0.2.9")

    (row,) = api.get(f"{URL}?action=product.created").json()["data"]
    assert row["address"] == "192.0.2.9"
    assert (row["actor"]["kind"], row["actor"]["role"]) == ("api_key", "ADMIN")


def test_says_how_the_last_verification_ended(api: APIClient, entries: list[AuditEntry]) -> None:
    url = f"{URL}/verification"
    assert api.get(url).json() == {
        "result": "NOT_VERIFIED",
        "verified_at": None,
        "rows": 0,
        "seals": 0,
        "newest_seal": None,
        "findings_total": 0,
        "findings": [],
        "object": "audit_verification",
    }
    sealing.seal(now=NOW)
    verify()
    whole = api.get(url).json()
    assert whole["result"] == "WHOLE"
    assert whole["verified_at"] == "2026-03-10T12:00:00.000Z"
    head = sealing.head()
    assert whole["newest_seal"] == {"number": head.number, "digest": head.digest}

    planted("UPDATE core_auditentry SET after = NULL WHERE id = %s", entries[0].pk)
    verify()

    broken = api.get(url).json()
    assert (broken["result"], broken["findings_total"]) == ("BROKEN", 1)
    assert broken["findings"] == [{"table": "core_auditentry", "id": entries[0].pk, "what": "it was changed"}]


def verify() -> None:
    audit_verification.note(audit_verification.verify(now=NOW), actor=Actor.system("tests"), now=NOW)
