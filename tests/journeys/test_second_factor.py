"""A reviewer sets up an authenticator app because the project asks for it, and comes back without it."""

from __future__ import annotations

from datetime import date

import pyotp
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from core.models import AuditEntry, ProjectSettings
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reviewer() -> User:
    user = person("rita", "Reviewer")
    ProjectSettings.objects.update(second_factor_required_from=date(2026, 1, 1))
    return user


def show(tab: Page, code: str) -> None:
    tab.fill("#id_code", code)
    tab.click("#login-form [type=submit]")


def test_set_up_sign_out_and_come_back(tab: Page, reviewer: User) -> None:
    sign_in(tab, "rita", at="/admin/promotions/campaign/")
    expect(tab.get_by_role("heading", name="Set up the second step")).to_be_visible()
    expect(tab.locator("img.fanfare-qr-code")).to_be_visible()
    tab.get_by_text("No camera? Type the key.").click()
    secret = (tab.get_by_test_id("secret").text_content() or "").replace(" ", "")

    show(tab, pyotp.TOTP(secret).now())
    expect(tab.get_by_test_id("backup-codes").get_by_role("listitem").first).to_be_visible()
    codes = tab.get_by_test_id("backup-codes").get_by_role("listitem").all_text_contents()
    tab.get_by_role("link", name="I have kept them").click()
    expect(tab).to_have_url("/admin/promotions/campaign/")
    tab.context.clear_cookies()

    sign_in(tab, "rita", at="/admin/promotions/campaign/")
    expect(tab.get_by_role("heading", name="Second step")).to_be_visible()
    show(tab, "no code")
    expect(tab.get_by_text("This code is wrong, too old, or was used already.")).to_be_visible()
    tab.get_by_role("link", name="Use a backup code").click()
    show(tab, codes[0].upper())

    expect(tab).to_have_url("/admin/promotions/campaign/")
    tab.goto("/admin/second-factor/")
    expect(tab.get_by_text("9 of your backup codes are left.")).to_be_visible()
    steps = AuditEntry.objects.filter(entity_label="rita").order_by("pk").values_list("action", flat=True)
    assert list(steps) == [
        "second_factor.enrolled",
        "second_factor.refused",
        "second_factor.backup_code_used",
    ]
