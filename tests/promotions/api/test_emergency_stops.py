"""`/v1/emergency-stops`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import EmergencyStop
from promotions.services import stops
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.factories.stops import ANNA, restore, stop
from tests.promotions.api.catalogue import audited, refused, told

pytestmark = pytest.mark.django_db
URL = "/v1/emergency-stops"
ALL = {"covers": {"everything": True}, "reason": "The price is wrong"}


def test_stops_everything(api: APIClient) -> None:
    campaign = CampaignFactory(name="Spring")

    answer = api.post(URL, ALL)

    found = EmergencyStop.objects.get()
    assert answer.status_code == 200, answer.json()
    assert list(answer.json().items()) == [
        ("id", found.public_id),
        ("status", "ACTIVE"),
        ("drill", False),
        ("covers", {"everything": True}),
        ("reason", "The price is wrong"),
        ("started_at", answer.json()["started_at"]),
        ("started_by", {"type": "api_key", "name": "server key"}),
        ("restore", None),
        ("object", "emergency_stop"),
        (
            "was_on",
            {"campaigns": [{"id": campaign.public_id, "name": "Spring", "version": None}], "tiers": []},
        ),
        ("report", {"attempts": 0, "discount_amount": 0, "processes": []}),
    ]
    assert audited() == told() == ["emergency_stop.started"]


def test_stops_what_is_listed(api: APIClient) -> None:
    campaign = CampaignFactory(name="Spring")
    covers = {"campaigns": ["Spring"], "stores": ["Berlin"], "everything": False}

    body = api.post(URL, {"covers": covers, "reason": "why", "drill": True}).json()

    assert body["covers"] == {
        "campaigns": [{"id": campaign.public_id, "name": "Spring"}],
        "stores": [{"id": "Berlin", "name": "Berlin"}],
    }
    assert body["drill"] is True


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        ({}, 400, "invalid_payload"),
        ({"covers": {"everything": True}}, 400, "invalid_payload"),
        ({**ALL, "reason": ""}, 400, "invalid_payload"),
        ({**ALL, "reason": "  "}, 400, "invalid_payload"),
        ({**ALL, "drill": "yes"}, 400, "invalid_payload"),
        ({**ALL, "is_drill": True}, 400, "invalid_payload"),
        ({**ALL, "covers": {}}, 400, "invalid_emergency_stop"),
        ({**ALL, "covers": {"campagins": ["Spring"]}}, 400, "invalid_payload"),
        ({**ALL, "covers": {"everything": True, "stores": ["B"]}}, 400, "invalid_emergency_stop"),
        ({**ALL, "covers": {"campaigns": ["Unknown"]}}, 404, "not_found"),
        ({**ALL, "covers": {"campaigns": "Spring"}}, 400, "invalid_payload"),
        ({**ALL, "covers": {"stores": [""]}}, 400, "invalid_payload"),
        ({**ALL, "covers": {"stores": [1]}}, 400, "invalid_payload"),
    ],
)
def test_refuses_what_is_not_clear(body: dict[str, Any], status: int, key: str, api: APIClient) -> None:
    refused(api.post(URL, body), status, key)

    assert not EmergencyStop.objects.exists()
    assert audited() == told() == []


@pytest.mark.parametrize("role", ["USER", "VIEWER", "MERCHANT", "SUPPORT"])
def test_only_admins_stop_and_restore_and_all_may_look(role: str, api_as: Callable[[str], APIClient]) -> None:
    found, caller = stop(), api_as(role)

    for path, body in (
        (URL, ALL),
        (URL, {}),
        (f"{URL}/{found.public_id}/restore-request", {"reason": "why"}),
        (f"{URL}/{found.public_id}/restore", {}),
    ):
        refused(caller.post(path, body), 403, "missing_required_permission")

    assert caller.get(URL).json()["total"] == 1
    assert caller.get(f"{URL}/{found.public_id}").status_code == 200
    assert EmergencyStop.objects.get().restore_asked_at is None


def test_a_key_asks_and_a_person_confirms(api: APIClient) -> None:
    path = f"{URL}/{stop().public_id}"

    refused(api.post(f"{path}/restore", {}), 409, "restore_not_asked")
    refused(api.post(f"{path}/restore-request", {}), 400, "invalid_payload")
    asked = api.post(f"{path}/restore-request", {"reason": "Fixed"})
    refused(api.post(f"{path}/restore", {}), 403, "second_person_needed")
    stops.confirm_restore(stop_id=EmergencyStop.objects.get().pk, actor=ANNA, now=NOW)

    assert (asked.status_code, asked.json()["status"]) == (200, "RESTORE_REQUESTED")
    body = api.get(path).json()
    assert body["status"] == "RESTORED"
    assert body["restore"] == {
        "reason": "Fixed",
        "requested_at": asked.json()["restore"]["requested_at"],
        "requested_by": {"type": "api_key", "name": "server key"},
        "restored_at": "2026-03-10T12:00:00.000Z",
        "restored_by": {"type": "user", "name": "Anna"},
    }
    refused(api.post(f"{path}/restore", {}), 409, "emergency_stop_is_over")


def test_a_key_confirms_what_a_person_asked_for(api: APIClient) -> None:
    found = stop()
    stops.ask_to_restore(stop_id=found.pk, reason="Fixed", actor=ANNA, now=NOW)

    answer = api.post(f"{URL}/{found.public_id}/restore", {})

    assert (answer.status_code, answer.json()["status"]) == (200, "RESTORED")


def test_a_drill_ends_at_once_and_reports_what_it_would_have_refused(api: APIClient) -> None:
    VoucherFactory(code="TEN")
    path = f"{URL}/{api.post(URL, {**ALL, 'drill': True}).json()['id']}"
    body = {"redeemables": [{"object": "voucher", "id": "TEN"}], "order": {"amount": 10_000}}
    redeemed = [api.post("/v1/redemptions", body).status_code for _ in range(2)]

    answer = api.post(f"{path}/restore-request", {"reason": "Done"}).json()

    assert redeemed == [200, 200]
    assert answer["status"] == "RESTORED"
    (process,) = answer["report"].pop("processes")
    assert answer["report"] == {"attempts": 2, "discount_amount": 2_000}
    assert (process["attempts"], 0 <= process["first_after_milliseconds"] < 60_000) == (2, True)


def test_lists_the_newest_first_and_by_state(api: APIClient) -> None:
    over, running, drill = restore(stop()), stop(stores=["Berlin"]), stop(drill=True)

    def ids(**query: str) -> list[str]:
        body = api.get(URL, query).json()
        assert body["data_ref"] == "emergency_stops"
        return [row["id"] for row in body["emergency_stops"]]

    assert ids() == [drill.public_id, running.public_id, over.public_id]
    assert ids(active="true") == [drill.public_id, running.public_id]
    assert ids(active="true", drill="false") == [running.public_id]
    assert "was_on" not in api.get(URL).json()["emergency_stops"][0]


def test_the_list_costs_the_same_however_long(
    api: APIClient, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    stop()
    api.get(URL)
    few = count_queries(lambda: api.get(URL))
    for _ in range(8):
        stop()

    assert count_queries(lambda: api.get(URL)) == few
