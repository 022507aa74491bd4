from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core import branding
from core.models import Branding, ProjectSettings

BODY: dict[str, Any] = {
    "brand": {"name": "Fair Shop", "website_url": "https://fair.example"},
    "address": {"street": "High Street 1", "city": "Leeds", "postal": "LS1", "country": "UK"},
    "contact": {"email": "hello@fair.example"},
}
REMINDER = "You are receiving this email because you opted in at our website."


@pytest.fixture
def url(settings_row: ProjectSettings) -> str:
    return f"/management/v1/projects/{settings_row.public_id}/branding"


@pytest.fixture
def made(management_api: APIClient, url: str) -> dict[str, Any]:
    answer = management_api.post(url, BODY)
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def test_create_list_and_read(management_api: APIClient, url: str, made: dict[str, Any]) -> None:
    assert made.pop("id").startswith("brd_")
    assert made == {
        "brand": {
            "name": "Fair Shop",
            "privacy_policy_url": None,
            "terms_of_use_url": None,
            "permission_reminder": REMINDER,
            "website_url": "https://fair.example",
        },
        "address": {
            "street": "High Street 1",
            "city": "Leeds",
            "postal": "LS1",
            "state": "",
            "country": "UK",
        },
        "contact": {"email": "hello@fair.example", "phone": None},
    }
    (listed,) = management_api.get(url).json()["data"]
    assert management_api.get(f"{url}/{listed['id']}").json() == listed


def test_there_is_one(management_api: APIClient, url: str, made: dict[str, Any]) -> None:
    answer = management_api.post(url, BODY)

    assert (answer.status_code, answer.json()["key"]) == (409, "branding_exist")
    assert management_api.delete(f"{url}/{made['id']}").status_code == 204
    assert management_api.get(url).json()["data"] == []
    assert management_api.get(f"{url}/{made['id']}").status_code == 404
    assert management_api.post(url, BODY).json()["id"] != made["id"]


def test_change_of_some(management_api: APIClient, url: str, made: dict[str, Any]) -> None:
    sent = {"brand": {"name": "Fairer"}, "contact": {"phone": "+44 1"}, "address": {"postal": None}}

    changed = management_api.put(f"{url}/{made['id']}", sent).json()

    assert changed["brand"]["name"] == "Fairer"
    assert changed["brand"]["website_url"] == "https://fair.example"
    assert (changed["contact"]["phone"], changed["address"]["postal"]) == ("+44 1", None)
    nulls = {"brand": dict.fromkeys(changed["brand"]), "address": None, "contact": {"email": None}}
    assert management_api.put(f"{url}/{made['id']}", nulls).json() == {
        **changed,
        "brand": {**changed["brand"], "website_url": None},
    }
    blank = management_api.put(f"{url}/{made['id']}", {"brand": {"name": ""}})
    assert (blank.status_code, blank.json()["key"]) == (400, "invalid_payload")


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("brand", "name", None),
        ("brand", "name", ""),
        ("brand", "website_url", "javascript:alert(1)"),
        ("brand", "terms_of_use_url", "fair.example"),
        ("brand", "permission_reminder", ""),
        ("address", "street", 5),
        ("address", "city", ""),
        ("contact", "email", "nobody"),
        ("contact", "email", "a@b.example\nBcc: c@d.example"),
    ],
)
def test_wrong_values(management_api: APIClient, url: str, group: str, name: str, value: Any) -> None:
    body = {**BODY, group: {**BODY[group], name: value}}

    answer = management_api.post(url, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not Branding.objects.exists()


@pytest.mark.parametrize("group", ["brand", "address", "contact"])
def test_missing_group(management_api: APIClient, url: str, group: str) -> None:
    body = {name: value for name, value in BODY.items() if name != group}

    assert management_api.post(url, body).json()["key"] == "invalid_payload"


def test_without_branding_the_project_speaks(settings_row: ProjectSettings) -> None:
    brand = branding.current()

    assert (brand.name, brand.reply_to, brand.footer) == ("Fanfare", "", "-- \nFanfare\n")
    assert brand.sender == "Fanfare <fanfare@localhost>"


def test_the_branding_speaks(made: dict[str, Any]) -> None:
    Branding.objects.update(name="Fair\nShop", privacy_policy_url="https://fair.example/privacy")

    brand = branding.current()

    assert brand.sender == "Fair Shop <fanfare@localhost>"
    assert (brand.reply_to, brand.reminder) == ("hello@fair.example", REMINDER)
    assert brand.footer == (
        "-- \nFair\nShop\nHigh Street 1, LS1 Leeds, UK\nhello@fair.example, https://fair.example\n"
        "Privacy policy: https://fair.example/privacy\n"
    )
