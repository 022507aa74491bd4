from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Role
from insights.models import Alert, AlertRule
from tests.conftest import NOW
from tests.factories.alerts import Kind, raised, rule
from tests.factories.areas import applies_in, area, client_of
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db

KEYS = [
    "id", "rule", "kind", "severity", "state", "title", "message", "advice", "subject", "campaign_id",
    "figures", "times", "raised_at", "seen_at", "acknowledged", "snoozed_until", "resolved_at", "object",
]  # fmt: skip


@pytest.fixture
def asked() -> AlertRule:
    return rule(Kind.NO_REDEMPTION, name="Nothing")


def ids(answer: Any) -> list[str]:
    return [row["subject"] for row in answer.json()["alerts"]]


def test_lists_alerts_newest_first_with_all_their_properties(api: APIClient, asked: AlertRule) -> None:
    campaign = CampaignFactory(name="Spring")
    raised(asked, "a", campaign=campaign)
    raised(asked, "b", raised_at=NOW + timedelta(hours=1))

    answer = api.get("/v1/alerts")

    assert ids(answer) == ["b", "a"]
    body = answer.json()
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "alerts", 2)
    first = body["alerts"][1]
    assert list(first) == KEYS
    assert first["rule"] == {"id": asked.public_id, "name": "Nothing"}
    assert (first["title"], first["campaign_id"]) == (
        "Spring: nothing redeemed since its launch",
        campaign.public_id,
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=OPEN", ["a"]),
        ("state=RESOLVED", ["b"]),
        ("severity=CRITICAL", ["b"]),
        ("kind=NO_REDEMPTION", ["b", "a"]),
        ("kind=RATE", []),
        ("order=raised_at", ["a", "b"]),
        ("[raised_at][after]=2026-03-10T12:00:00Z", ["b"]),
        ("filters[state][conditions][$in][0]=OPEN", ["a"]),
    ],
)
def test_filters_and_orders(api: APIClient, asked: AlertRule, query: str, expected: list[str]) -> None:
    raised(asked, "a")
    over = {"state": "RESOLVED", "resolved_at": NOW, "ending": "GONE", "severity": "CRITICAL"}
    raised(asked, "b", raised_at=NOW + timedelta(hours=1), **over)

    assert ids(api.get(f"/v1/alerts?{query}")) == expected


@pytest.mark.parametrize("query", ["state=GONE", "severity=HIGH", "kind=x", "order=name"])
def test_refuses_what_it_does_not_know(api: APIClient, query: str) -> None:
    assert api.get(f"/v1/alerts?{query}").status_code == 400


def test_shows_one(api: APIClient, asked: AlertRule) -> None:
    alert = raised(asked, "a")

    answer = api.get(f"/v1/alerts/{alert.public_id}")

    assert (answer.status_code, answer.json()["id"]) == (200, alert.public_id)
    assert api.get("/v1/alerts/alrt_none").json()["resource_type"] == "alert"
    assert api.get("/v1/alerts/alrt_none").status_code == 404


def test_acknowledges(api: APIClient, asked: AlertRule) -> None:
    alert = raised(asked, "a")

    answer = api.post(f"/v1/alerts/{alert.public_id}/acknowledge", {"note": "On it."})

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["acknowledged"]["note"]) == ("ACKNOWLEDGED", "On it.")
    assert answer.json()["acknowledged"]["by"] == "server key"
    assert api.post(f"/v1/alerts/{alert.public_id}/acknowledge", {}).status_code == 200


@pytest.mark.parametrize("body", [{"note": 1}, {"note": "x" * 501}, {"text": "x"}, []])
def test_a_note_of_another_shape_is_refused(api: APIClient, asked: AlertRule, body: Any) -> None:
    alert = raised(asked, "a")

    answer = api.post(f"/v1/alerts/{alert.public_id}/acknowledge", body)

    assert (answer.status_code, Alert.objects.get().state) == (400, "OPEN")


def test_puts_off(api: APIClient, asked: AlertRule) -> None:
    alert = raised(asked, "a")
    path = f"/v1/alerts/{alert.public_id}/snooze"

    assert api.post(path, {}).status_code == 400
    assert api.post(path, {"until": "2020-01-01T00:00:00Z"}).status_code == 400
    assert Alert.objects.get().state == "OPEN"


def test_what_is_over_is_refused(api: APIClient, asked: AlertRule) -> None:
    alert = raised(asked, "a", state="RESOLVED", resolved_at=NOW, ending="GONE")

    answer = api.post(f"/v1/alerts/{alert.public_id}/acknowledge", {})

    assert (answer.status_code, answer.json()["key"]) == (400, "alert_is_over")


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.SUPPORT, 403), (Role.USER, 200)])
def test_who_only_reads_does_not_acknowledge(
    api_as: Callable[[str], APIClient], asked: AlertRule, role: str, status: int
) -> None:
    alert, caller = raised(asked, "a"), api_as(role)

    assert caller.get("/v1/alerts").status_code == 200
    assert caller.post(f"/v1/alerts/{alert.public_id}/acknowledge", {}).status_code == status


def test_who_works_in_an_area_sees_alerts_of_campaigns_there(asked: AlertRule) -> None:
    hamburg, munich = area("Hamburg"), area("Munich")
    here = raised(asked, "here", campaign=applies_in(CampaignFactory(), area=hamburg))
    there = raised(asked, "there", campaign=applies_in(CampaignFactory(), area=munich))
    raised(asked, "everywhere")
    caller = client_of({"area": hamburg}, role=Role.USER_RESTRICTED)
    caller.default_format = "json"

    assert ids(caller.get("/v1/alerts")) == ["here"]
    assert caller.get(f"/v1/alerts/{there.public_id}").status_code == 404
    assert caller.post(f"/v1/alerts/{there.public_id}/acknowledge", {}).status_code == 404
    assert caller.post(f"/v1/alerts/{here.public_id}/acknowledge", {}).status_code == 200


def test_cost_does_not_grow(
    api: APIClient, asked: AlertRule, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    for number in range(2):
        raised(asked, f"few {number}", campaign=CampaignFactory())
    few = count_queries(lambda: api.get("/v1/alerts"))
    for number in range(20):
        raised(asked, f"many {number}", campaign=CampaignFactory())

    assert count_queries(lambda: api.get("/v1/alerts")) == few
