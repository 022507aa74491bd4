"""`/management/v1/projects/{projectId}/webhooks`."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry, EventInterest, ProjectSettings
from integrations.models import Webhook

pytestmark = pytest.mark.django_db
URL = "https://hooks.example/fanfare"


@pytest.fixture
def path(settings_row: ProjectSettings) -> str:
    return f"/management/v1/projects/{settings_row.public_id}/webhooks"


def made(management_api: APIClient, path: str, **more: Any) -> dict[str, Any]:
    body = {"target_url": URL, "events": ["customer.created"], **more}
    answer = management_api.post(path, body)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def test_makes_reads_changes_and_deletes_one(management_api: APIClient, path: str) -> None:
    new = made(management_api, path)

    assert set(new) == {"id", "object", "created_at", "target_url", "events", "active", "secret"}
    assert new["id"].startswith("wh_")
    assert (new["object"], new["target_url"], new["active"]) == ("webhook", URL, True)
    assert new["events"] == ["customer.created"]
    assert new["secret"].startswith("whsec_")
    shown = {name: value for name, value in new.items() if name != "secret"}
    assert management_api.get(f"{path}/{new['id']}").json() == shown
    assert management_api.get(path).json() == {
        "object": "list",
        "data_ref": "data",
        "data": [shown],
        "total": 1,
    }

    events = ["voucher.gift.balance_aded", "redemption.succeeded"]
    put = management_api.put(
        f"{path}/{new['id']}", {"target_url": f"{URL}/2", "events": events, "active": False}
    )
    assert put.json() == {
        **shown,
        "target_url": f"{URL}/2",
        "events": ["redemption.succeeded", "voucher.gift.balance_aded"],
        "active": False,
    }
    assert Webhook.objects.get().events == ["redemption.succeeded", "voucher.gift.balance_added"]

    assert management_api.delete(f"{path}/{new['id']}").status_code == 204
    assert management_api.get(f"{path}/{new['id']}").status_code == 404
    assert management_api.get(path).json()["total"] == 0
    assert list(
        AuditEntry.objects.filter(entity_type="webhook").order_by("pk").values_list("action", flat=True)
    ) == [
        "webhook.created",
        "webhook.updated",
        "webhook.deleted",
    ]


def test_events_can_be_all(management_api: APIClient, path: str) -> None:
    new = made(management_api, path, events=["all"])

    assert (len(new["events"]), "campaign.vouchers.aded" in new["events"]) == (60, True)
    assert set(EventInterest.objects.values_list("name", flat=True)) == {"*"}
    management_api.put(f"{path}/{new['id']}", {"events": new["events"]})
    assert Webhook.objects.get().wants_all


def test_what_is_left_out_of_a_change_stays(management_api: APIClient, path: str) -> None:
    new = made(management_api, path, headers={"authorization": "Bearer 1"}, active=False, name="Shop")

    changed = management_api.put(f"{path}/{new['id']}", {"events": ["voucher.created"]}).json()

    row = Webhook.objects.get()
    assert (changed["target_url"], changed["active"], row.name) == (URL, False, "Shop")
    assert row.header_names == ["authorization"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"target_url": "ftp://hooks.example/"}, "begins with https://"),
        ({"target_url": "https://user:pw@hooks.example/"}, "must not hold a name or password"),
        ({"target_url": "http://127.0.0.1/"}, "inside of a network"),
        ({"target_url": "http://[::1]:8000/"}, "inside of a network"),
        ({"target_url": "https://hooks.example/a b"}, "no blanks"),
        ({"target_url": ""}, "must not be empty"),
        ({"target_url": None}, "must not be null"),
        ({"events": ["customer.exploded"]}, "customer.exploded"),
        ({"events": "all"}, "must be an array"),
        ({"active": "yes"}, "must be a boolean"),
        ({"headers": {"Content-Length": "1"}}, "lower-case letters"),
        ({"headers": {"host": "elsewhere"}}, "cannot be the name of a header"),
        ({"headers": {"x-key": "a\r\nb: c"}}, "printable ASCII"),
        ({"headers": {"webhook-signature": "v1,x"}}, "the signature's"),
        ({"headers": {"x-new": None}}, "needs a value"),
        ({"secret": "short"}, "A secret has 16 to 200"),
    ],
)
def test_refuses_what_cannot_be(
    management_api: APIClient, path: str, body: dict[str, Any], said: str
) -> None:
    answer = management_api.post(path, {"target_url": URL, "events": ["all"], **body})

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert said in answer.json()["details"]
    assert not Webhook.objects.exists()
    assert not EventInterest.objects.exists()


def test_target_and_events_are_required(management_api: APIClient, path: str) -> None:
    assert management_api.post(path, {"events": ["all"]}).status_code == 400
    assert management_api.post(path, {"target_url": URL}).status_code == 400


def test_a_new_secret_is_shown_once(management_api: APIClient, path: str) -> None:
    new = made(management_api, path)

    rotated = management_api.post(f"{path}/{new['id']}/secret").json()

    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != new["secret"]
    assert "previous_secret_until" in rotated
    row = Webhook.objects.get()
    for secret in (new["secret"], rotated["secret"]):
        for stored in (row.secret, row.previous_secret):
            assert secret not in stored
        assert not AuditEntry.objects.filter(after__icontains=secret).exists()
    assert "secret" not in management_api.get(f"{path}/{new['id']}").json()


def test_unknown_ones_and_other_projects_are_not_found(management_api: APIClient, path: str) -> None:
    new = made(management_api, path)
    other = f"/management/v1/projects/proj_other/webhooks/{new['id']}"

    for missing in (f"{path}/wh_none", other):
        assert management_api.get(missing).json()["key"] == "not_found"
        assert management_api.put(missing, {}).status_code == 404
        assert management_api.delete(missing).status_code == 404
        assert management_api.post(f"{missing}/secret").status_code == 404


def test_only_management_keys_get_in(api: APIClient, anonymous: APIClient, path: str) -> None:
    assert (api.get(path).status_code, anonymous.get(path).status_code) == (401, 401)
