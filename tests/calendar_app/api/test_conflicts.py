from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from calendar_app.models import Conflict, ConflictDecision
from core.actors import Role
from tests.conftest import NOW
from tests.factories.areas import applies_in, area, client_of
from tests.factories.conflicts import DAY, conflict
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db

PATH = "/v1/calendar/conflicts"
KEYS = [
    "id", "kind", "severity", "certainty", "state", "sentence", "why", "left", "right", "starts_at",
    "ends_at", "windows", "customers", "products", "cost", "together_percent", "winner", "example",
    "unknown", "budgets", "fixes", "terms", "acceptance", "reopened_because", "found_at", "seen_at",
    "gone_at", "object",
]  # fmt: skip


def names(answer: Any) -> list[str]:
    return [row["left"]["name"] for row in answer.json()["conflicts"]]


@pytest.fixture
def three(db: None) -> list[Conflict]:
    """Of a, b, c: c costs most, b is accepted."""
    a, b, c = (CampaignFactory(name=name) for name in "abc")
    made = [conflict(a, b, cost=None, severity="HIGH"), conflict(b, c, cost=10), conflict(c, cost=99)]
    said = ConflictDecision.objects.create(
        conflict=made[1], verdict="ACCEPTED", reason="Meant so.", terms="", at=NOW, actor_label="Mia"
    )
    Conflict.objects.filter(pk=made[1].pk).update(state="ACCEPTED", acceptance=said)
    return made


def test_lists_what_costs_most_first_with_all_properties(api: APIClient, three: list[Conflict]) -> None:
    answer = api.get(PATH)

    body = answer.json()
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "conflicts", 3)
    assert names(answer) == ["c", "b", "a"]
    assert [list(row) for row in body["conflicts"]] == [KEYS] * 3
    closed, accepted, _ = body["conflicts"]
    assert closed["right"] == {
        "object": "blackout",
        "name": "Stocktaking",
        "campaign_id": None,
        "promotion_tier_id": None,
        "approval_request_id": None,
    }
    assert accepted["acceptance"] == {"at": "2026-03-10T12:00:00.000Z", "by": "Mia", "reason": "Meant so."}
    assert accepted["windows"] == [
        {"starts_at": "2026-03-11T12:00:00.000Z", "ends_at": "2026-03-13T12:00:00.000Z"}
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=OPEN", ["c", "a"]),
        ("state=ACCEPTED", ["b"]),
        ("severity=HIGH", ["a"]),
        ("kind=BLACKOUT", ["c"]),
        ("certainty=UNKNOWN", []),
        ("order=-severity", ["a", "c", "b"]),
        ("order=cost", ["a", "b", "c"]),
        ("from=2026-03-13T12:00:00Z", []),
        ("from=2026-03-13T11:59:59Z", ["c", "b", "a"]),
        ("to=2026-03-11T12:00:00Z", []),
        ("to=2026-03-11T12:00:01Z", ["c", "b", "a"]),
        ("filters[state][conditions][$in][0]=OPEN", ["c", "a"]),
        ("filters[cost][conditions][$more_than][0]=50", ["c"]),
    ],
)
def test_filters_and_orders(api: APIClient, three: list[Conflict], query: str, expected: list[str]) -> None:
    assert names(api.get(f"{PATH}?{query}")) == expected


def test_finds_those_of_a_campaign(api: APIClient, three: list[Conflict]) -> None:
    campaign = three[0].left_campaign
    assert campaign is not None

    assert names(api.get(f"{PATH}?campaign={campaign.public_id}")) == ["a"]
    assert names(api.get(f"{PATH}?campaign=camp_none")) == []


@pytest.mark.parametrize(
    "query", ["state=NEW", "severity=1", "kind=x", "order=name", "from=yesterday", "to[a]=1", "limit=101"]
)
def test_refuses_what_it_does_not_know(api: APIClient, query: str) -> None:
    assert api.get(f"{PATH}?{query}").status_code == 400


def test_cost_does_not_grow(api: APIClient, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    base = CampaignFactory()
    conflict(base, CampaignFactory())
    api.get(PATH)
    few = count_queries(lambda: api.get(f"{PATH}?limit=50"))
    for _ in range(20):
        conflict(base, CampaignFactory())

    assert count_queries(lambda: api.get(f"{PATH}?limit=50")) == few


def test_shows_one(api: APIClient, three: list[Conflict]) -> None:
    answer = api.get(f"{PATH}/{three[0].public_id}")

    assert (answer.status_code, answer.json()["sentence"]) == (200, "a and b meet.")
    assert (
        api.get(f"{PATH}/conf_none").status_code,
        api.get(f"{PATH}/conf_none").json()["resource_type"],
    ) == (
        404,
        "conflict",
    )


def test_accepts_and_opens_again(api: APIClient, three: list[Conflict]) -> None:
    path = f"{PATH}/{three[0].public_id}"

    answer = api.post(f"{path}/accept", {"reason": "Meant so.", "terms": three[0].terms})
    assert (answer.status_code, answer.json()["state"]) == (200, "ACCEPTED")
    assert answer.json()["acceptance"]["by"] == "server key"

    answer = api.post(f"{path}/reopen", {"reason": "Too dear."})
    assert (answer.status_code, answer.json()["state"]) == (200, "OPEN")
    assert (answer.json()["acceptance"], answer.json()["reopened_because"]) == (None, "Too dear.")
    answer = api.post(f"{path}/reopen", {"reason": "Too dear."})
    assert (answer.status_code, answer.json()["key"]) == (409, "calendar_conflict_not_accepted")


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": 1}, {"reason": "x" * 1001}, {"reason": "x", "because": "y"}, []]
)
def test_a_body_of_another_shape_is_refused(api: APIClient, three: list[Conflict], body: Any) -> None:
    answer = api.post(f"{PATH}/{three[0].public_id}/accept", body)

    assert (answer.status_code, Conflict.objects.get(pk=three[0].pk).state) == (400, "OPEN")


def test_what_changed_meanwhile_is_not_accepted(api: APIClient, three: list[Conflict]) -> None:
    answer = api.post(f"{PATH}/{three[0].public_id}/accept", {"reason": "x", "terms": "old"})

    assert (answer.status_code, answer.json()["key"]) == (409, "calendar_conflict_changed")


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.SUPPORT, 403), (Role.MERCHANT, 403), (Role.USER, 200)]
)
def test_who_only_reads_does_not_accept(
    api_as: Callable[[str], APIClient], three: list[Conflict], role: str, status: int
) -> None:
    caller = api_as(role)

    assert caller.get(PATH).status_code == 200
    assert caller.post(f"{PATH}/{three[0].public_id}/accept", {"reason": "x"}).status_code == status


def test_who_works_in_an_area_sees_what_lies_there() -> None:
    hamburg, munich = area("Hamburg"), area("Munich")
    here = [applies_in(CampaignFactory(name=name), area=hamburg) for name in "ab"]
    there = applies_in(CampaignFactory(name="c"), area=munich)
    own, half = conflict(*here), conflict(there, here[0])
    conflict(CampaignFactory(name="d"), here[0])
    caller = client_of({"area": hamburg}, role=Role.USER_RESTRICTED)

    assert names(caller.get(PATH)) == ["a"]
    assert caller.get(f"{PATH}/{own.public_id}").status_code == 200
    assert caller.get(f"{PATH}/{half.public_id}").status_code == 404
    accepted = caller.post(f"{PATH}/{half.public_id}/accept", {"reason": "x"}, format="json")
    assert (accepted.status_code, Conflict.objects.get(pk=half.pk).state) == (404, "OPEN")


def test_webhooks_are_told_the_same_as_the_list(api: APIClient, three: list[Conflict]) -> None:
    from core.event_bodies import offered
    from core.models import OutboxEvent

    known = offered("calendar.conflict_found")
    assert known is not None
    row = Conflict.objects.get(pk=three[2].pk)
    body = known.body(OutboxEvent(name=known.name), row)

    assert body == {"conflict": api.get(f"{PATH}/{row.public_id}").json()}
    assert (NOW + DAY).isoformat()[:10] in body["conflict"]["starts_at"]
