"""An administrator says who speaks in e-mails and which events are known, and asks somebody in."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from core.models import AuditEntry, Branding, CustomEventSchema
from tests.journeys.conftest import PASSWORD, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def save(tab: Page) -> None:
    tab.get_by_role("button", name="Save", exact=True).click()


def test_brand_event_and_invitation(tab: Page) -> None:
    User.objects.create_superuser("olga", password=PASSWORD)
    Group.objects.get_or_create(name="Marketer")
    sign_in(tab, "olga")

    tab.goto("/admin/core/branding/")
    for field, value in {
        "name": "Fair Shop",
        "street": "High Street 1",
        "postal": "LS1",
        "city": "Leeds",
        "country": "UK",
        "email": "hello@fair.example",
    }.items():
        tab.fill(f"#id_{field}", value)
    save(tab)
    tab.goto("/admin/core/branding/")
    expect(tab.locator("pre")).to_contain_text("Fair Shop\nHigh Street 1, LS1 Leeds, UK\nhello@fair.example")

    tab.goto("/admin/core/customeventschema/add/")
    tab.fill("#id_name", "cart_left")
    tab.fill("[name=properties-0-key]", "value")
    tab.select_option("[name=properties-0-type]", label="Number")
    tab.check("[name=properties-0-required]")
    save(tab)
    expect(tab.get_by_text("value (number, always)")).to_be_visible()

    tab.goto("/admin/auth/user/")
    tab.get_by_role("link", name="Invite a person").click()
    tab.fill("#dialog [name=email]", "eve@fair.example")
    tab.fill("#dialog [name=first_name]", "Eve")
    tab.select_option("#dialog [name=role]", label="Marketer")
    tab.get_by_role("button", name="Invite", exact=True).click()
    link = tab.get_by_test_id("invitation-link").text_content() or ""
    tab.get_by_role("link", name="Done").click()
    expect(tab.get_by_text("hand the link over yourself")).to_be_visible()
    tab.context.clear_cookies()

    tab.goto("/" + link.partition("://")[2].partition("/")[2])
    expect(tab.get_by_role("heading", name="Welcome to Fair Shop")).to_be_visible()
    tab.fill("#id_new_password1", PASSWORD)
    tab.fill("#id_new_password2", PASSWORD)
    tab.get_by_role("button", name="Set the password").click()
    expect(tab.get_by_text("Your password is set.")).to_be_visible()
    sign_in(tab, "eve@fair.example")

    assert Branding.objects.get().name == "Fair Shop"
    properties = {"value": {"type": "number", "optional": False, "deleted": False}}
    assert CustomEventSchema.objects.get().properties == properties
    assert list(User.objects.get(username="eve@fair.example").groups.values_list("name", flat=True)) == [
        "Marketer"
    ]
    assert AuditEntry.objects.filter(action="user.accepted_invitation").exists()
