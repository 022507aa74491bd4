"""`/management/v1/projects`."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from core.actors import Actor
from core.models import AuditEntry, ProjectSettings
from core.services import api_keys

PROJECTS = "/management/v1/projects"
# Keys that the SDK models require.
REQUIRED = {
    "id",
    "name",
    "description",
    "currency",
    "timezone",
    "cluster_id",
    "api_version",
    "case_sensitive_codes",
    "client_trusted_domains",
    "client_redeem_enabled",
    "client_publish_enabled",
    "client_list_vouchers_enabled",
    "client_create_customer_enabled",
    "client_loyalty_events_enabled",
    "client_set_voucher_expiration_date_enabled",
    "api_usage_notifications",
    "webhooks_callout_notifications",
    "is_sandbox",
    "webhook_version",
    "webhook_token",
}


@pytest.fixture
def one(settings_row: ProjectSettings) -> str:
    return f"{PROJECTS}/{settings_row.public_id}"


def test_list_holds_the_one_project(management_api: APIClient, one: str) -> None:
    body = management_api.get(PROJECTS).json()

    assert (body["object"], body["data_ref"], body["total"]) == ("list", "data", 1)
    assert body["data"] == [management_api.get(one).json()]
    assert set(body["data"][0]) >= REQUIRED
    assert None not in {
        body["data"][0][name] for name in REQUIRED if not isinstance(body["data"][0][name], list | dict)
    }


def test_update_changes_what_the_project_has(management_api: APIClient, one: str) -> None:
    answer = management_api.put(
        one,
        {
            "name": "Grocer",
            "description": "Corner shop",
            "timezone": "Europe/Warsaw",
            "currency": "PLN",
            "dial_code": "+48",
            "client_redeem_enabled": True,
            "client_loyalty_events_enabled": True,
            "case_sensitive_codes": False,
            "is_sandbox": True,
        },
    )

    body = answer.json()
    assert answer.status_code == 200
    assert (body["name"], body["description"], body["timezone"]) == ("Grocer", "Corner shop", "Europe/Warsaw")
    assert (body["currency"], body["dial_code"]) == ("PLN", "+48")
    assert (body["client_redeem_enabled"], body["client_loyalty_events_enabled"]) == (True, True)
    assert (body["case_sensitive_codes"], body["is_sandbox"]) == (True, False)
    settings = ProjectSettings.objects.get()
    assert (settings.time_zone, settings.client_events_enabled) == ("Europe/Warsaw", True)
    assert AuditEntry.objects.filter(action="project.updated").count() == 1


def test_null_takes_text_away(management_api: APIClient, one: str) -> None:
    management_api.put(one, {"dial_code": "+48", "description": "x"})

    body = management_api.put(one, {"dial_code": None, "description": None}).json()

    assert (body["dial_code"], body["description"]) == (None, "")


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"currency": "zł"}, "Property .currency A currency is three capital letters such as EUR."),
        (
            {"timezone": "Mars"},
            "Property .timezone “Mars” is not a time zone. Use a name such as Europe/Warsaw.",
        ),
        ({"name": ""}, "Property .name must not be empty"),
        ({"name": None}, "Property .name must not be null"),
        ({"client_redeem_enabled": 1}, "Property .client_redeem_enabled must be a boolean"),
    ],
)
def test_wrong_values(management_api: APIClient, one: str, body: Any, details: str) -> None:
    answer = management_api.put(one, body)

    assert (answer.status_code, answer.json()["key"], answer.json()["details"]) == (
        400,
        "invalid_payload",
        details,
    )
    assert AuditEntry.objects.filter(action="project.updated").count() == 0


def test_there_is_exactly_one_project(management_api: APIClient, one: str) -> None:
    for answer in (management_api.post(PROJECTS, {"name": "Second"}), management_api.delete(one)):
        assert (answer.status_code, answer.json()["key"]) == (402, "missing_required_feature")
    missing = management_api.get(f"{PROJECTS}/proj_other")
    assert (missing.status_code, missing.json()["resource_type"]) == (404, "project")
    assert management_api.delete(f"{PROJECTS}/proj_other").status_code == 404
    assert management_api.put(f"{PROJECTS}/proj_other", {"name": "x"}).status_code == 404
    assert ProjectSettings.objects.count() == 1


def test_trusted_domains_are_those_of_living_client_keys(management_api: APIClient, one: str) -> None:
    system, now = Actor.system("tests"), timezone.now()
    for name, origins in (("a", ["https://b.example", "https://a.example"]), ("gone", ["https://c.example"])):
        key = api_keys.create(name=name, kind="client", allowed_origins=origins, actor=system, now=now).key
        api_keys.set_blocked(key_id=key.pk, blocked=name == "gone", actor=system, now=now)

    assert management_api.get(one).json()["client_trusted_domains"] == [
        "https://a.example",
        "https://b.example",
    ]
