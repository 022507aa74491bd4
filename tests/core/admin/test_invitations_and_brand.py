from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from core.models import AuditEntry, Branding, CustomEventSchema, Invitation

USERS = "/admin/auth/user/"
INVITE = f"{USERS}invite/"
FORM = {"_form_submitted": "on", "email": "eve@shop.example", "first_name": "Eve", "role": "USER"}
BRAND = {
    "name": "Fair Shop",
    "permission_reminder": "You asked for it.",
    "street": "High Street 1",
    "city": "Leeds",
    "country": "UK",
    "email": "hello@fair.example",
}


def test_the_link_is_shown_once_and_nowhere_else(admin_page: Client) -> None:
    answer = admin_page.post(INVITE, FORM)

    person = User.objects.get(username="eve@shop.example")
    assert [group.name for group in person.groups.all()] == ["Marketer"]
    assert answer["HX-Retarget"] == "#dialog"
    assert "no-store" in answer["Cache-Control"]
    link = answer.context["link"]
    assert link in answer.text
    assert "No mail server is set up" in answer.text
    page = unescape(admin_page.get(f"{USERS}{person.pk}/change/").text)
    assert "hand the link over yourself" in page
    assert link.rstrip("/").rpartition("/")[2] not in page + str(dict(admin_page.session))
    entry = AuditEntry.objects.get(action="user.created")
    assert (entry.actor_label, (entry.after or {})["groups"]) == ("root", ["Marketer"])


def test_with_a_mail_server_the_page_says_when_it_was_mailed(admin_page: Client, settings: Any) -> None:
    settings.FANFARE_SENDS_MAIL = True

    assert "leaves by e-mail within a minute" in admin_page.post(INVITE, FORM).text

    person = User.objects.get(username="eve@shop.example")
    assert "About to be mailed" in admin_page.get(f"{USERS}{person.pk}/change/").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "EVE@shop.example"}, "Somebody has this e-mail address."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"role": "KING"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_in_the_dialog(admin_page: Client, change: dict[str, str], words: str) -> None:
    admin_page.post(INVITE, FORM)
    people = User.objects.count()

    answer = admin_page.post(INVITE, {**FORM, "email": "new@shop.example", **change})

    assert words in unescape(answer.text)
    assert User.objects.count() == people


def test_a_new_link_for_who_has_not_come_yet(admin_page: Client) -> None:
    first = admin_page.post(INVITE, FORM).context["link"]
    person = User.objects.get(username="eve@shop.example")
    again = f"{USERS}{person.pk}/invite_again/"

    second = admin_page.post(again, {"_form_submitted": "on"}).context["link"]

    assert first != second
    assert "Send a new link" in admin_page.get(f"{USERS}{person.pk}/change/").text
    Invitation.objects.update(accepted_at=Invitation.objects.get().created_at)
    assert "Send a new link" not in admin_page.get(f"{USERS}{person.pk}/change/").text
    assert "HX-Redirect" in admin_page.post(again, {"_form_submitted": "on"})


@pytest.mark.parametrize("group", ["Viewer", "User", "Support"])
def test_only_administrators_ask_people_in(group: str, page_as: Callable[[str], Client]) -> None:
    assert page_as(group).post(INVITE, FORM).status_code == 403
    assert not Invitation.objects.exists()


def test_branding_is_one_page(admin_page: Client) -> None:
    assert admin_page.get("/admin/core/branding/").url == "/admin/core/branding/add/"  # type: ignore[attr-defined]

    admin_page.post("/admin/core/branding/add/", BRAND)
    admin_page.post("/admin/core/branding/1/change/", {**BRAND, "city": "York"})

    row = Branding.objects.get()
    assert (row.name, row.city) == ("Fair Shop", "York")
    assert admin_page.get("/admin/core/branding/").url == "/admin/core/branding/1/change/"  # type: ignore[attr-defined]
    assert "High Street 1, York, UK" in admin_page.get("/admin/core/branding/1/change/").text
    assert AuditEntry.objects.get(action="branding.updated").after == {"city": "York"}
    assert admin_page.get("/admin/core/branding/add/").status_code == 403
    admin_page.post("/admin/core/branding/1/delete/", {"post": "yes"})
    assert not Branding.objects.exists()


def test_known_events_in_words(admin_page: Client, page_as: Callable[[str], Client]) -> None:
    rows = {
        "properties-0-key": "value",
        "properties-0-type": "number",
        "properties-0-required": "1",
        "properties-1-key": "since",
        "properties-1-type": "date",
    }

    admin_page.post("/admin/core/customeventschema/add/", {"name": "cart_left", **rows})

    schema = CustomEventSchema.objects.get()
    assert schema.properties == {
        "value": {"type": "number", "optional": False, "deleted": False},
        "since": {"type": "date", "optional": True, "deleted": False},
    }
    url = f"/admin/core/customeventschema/{schema.pk}/change/"
    admin_page.post(url, {**rows, "properties-0-type": "string", "properties-1-deleted": "1"})
    schema.refresh_from_db()
    assert (schema.properties["value"]["type"], schema.properties["since"]["deleted"]) == ("string", True)
    read = page_as("Viewer").get(url).text
    assert "value (text, always)" in read
    assert "<select" not in read.partition("What it tells")[2].partition("</fieldset>")[0]
    twice = {"properties-0-key": "a", "properties-1-key": "a", "properties-0-type": "string"}
    refused = admin_page.post("/admin/core/customeventschema/add/", {"name": "x", **twice})
    assert "is there twice" in refused.text
    assert CustomEventSchema.objects.count() == 1
