"""No screen has a serious finding of axe: the main ones always, every page in light and dark at night."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from playwright.sync_api import Page, expect

from tests.config.admin_pages import pages
from tests.journeys import axe
from tests.security.world import World, build

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PASSWORD: Final = "a-long-password-for-tests"
IS_NIGHTLY: Final = os.environ.get("FANFARE_NIGHTLY") == "1"
MAIN: Final = {
    "overview",
    "why",
    "approvals.approvalrequest list",
    "approvals.policy page",
    "commerce.customer page",
    "commerce.segment page",
    "promotions.budget page",
    "promotions.campaign list",
    "promotions.campaign page",
    "promotions.publication list",
    "promotions.redemption page",
    "promotions.validationrule page",
    "promotions.voucher list",
    "integrations.importfile list",
    "loyalty.programme page",
    "loyalty.loyaltycard page",
    "loyalty.loyaltytier page",
    "what an order earns",
    "core.projectsettings page",
    # Fields that scripts or parts make up.
    "auth.user page",
    "core.apikey page",
    "integrations.webhookdelivery page",
    "promotions.distribution page",
    "promotions.promotionstack page",
}
FORMS: Final = {
    "new campaign": "/admin/promotions/campaign/add/",
    "new budget": "/admin/promotions/budget/add/",
    "new emergency stop": "/admin/promotions/emergencystop/add/",
    "templates": "/admin/promotions/campaigntemplate/",
    "new loyalty programme": "/admin/loyalty/programme/add/",
}
DARK: Final = {"overview", "promotions.campaign list", "promotions.campaign page", "new campaign"}


@pytest.fixture(scope="module")
def script() -> str:
    return axe.installed()


@pytest.fixture
def world(transactional_db: None) -> World:
    User.objects.create_superuser("root", "root@shop.example", PASSWORD)
    with transaction.atomic():
        return build()


def sign_in(tab: Page, at: str = "/admin/") -> None:
    tab.goto(f"/admin/login/?next={at}")
    tab.fill("#id_username", "root")
    tab.fill("#id_password", PASSWORD)
    tab.click("#login-form [type=submit]")
    tab.wait_for_selector("#nav-sidebar-apps")
    tab.wait_for_load_state("networkidle")


def screens(world: World) -> Iterator[tuple[str, str]]:
    yield from FORMS.items()
    yield from ((name, path) for name, path in pages(world) if IS_NIGHTLY or name in MAIN)


def test_no_screen_has_a_serious_finding(tab: Page, world: World, script: str) -> None:
    tab.goto("/admin/login/")
    found = {"login": axe.findings(tab, script)}
    sign_in(tab)

    for name, path in screens(world):
        tab.emulate_media(color_scheme="light")
        tab.goto(path)
        tab.wait_for_load_state("networkidle")
        found[name] = axe.findings(tab, script)
        if IS_NIGHTLY or name in DARK:
            tab.emulate_media(color_scheme="dark")
            found[f"{name}, dark"] = axe.findings(tab, script)

    problems = [f"{name}: {line}" for name, lines in found.items() for line in lines]
    assert problems == [], "\n".join(problems)


def test_menus_and_dialogs_open_and_close_by_keyboard(tab: Page, world: World) -> None:
    sign_in(tab)
    tab.keyboard.press("Tab")
    skip = tab.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()

    account = tab.locator("button[aria-controls=user-links]")
    account.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("button", name="Dark")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("button", name="Dark")).to_be_hidden()
    expect(account).to_be_focused()

    tab.get_by_role("button", name="Search everything").focus()
    tab.keyboard.press("Enter")
    search = tab.get_by_role("dialog", name="Search everything")
    expect(search.get_by_role("searchbox")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(search).to_be_hidden()


def test_the_menu_of_a_row_opens_and_closes_by_keyboard(tab: Page, world: World) -> None:
    sign_in(tab, "/admin/promotions/campaign/")
    button = tab.get_by_role("button", name="More for this row").first
    clone = tab.get_by_role("link", name="Clone")
    button.focus()

    tab.keyboard.press("Enter")
    expect(clone).to_be_focused()
    tab.keyboard.press("Escape")
    expect(clone).to_be_hidden()
    expect(button).to_be_focused()

    tab.keyboard.press("Enter")
    expect(clone).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog").get_by_text("Clone this campaign")).to_be_visible()


def test_a_dialog_takes_the_focus_and_gives_it_back(tab: Page, world: World) -> None:
    sign_in(tab, f"/admin/promotions/voucher/{world['promotions.voucher'].pk}/change/")
    button = tab.get_by_role("link", name="Disable")
    button.focus()

    tab.keyboard.press("Enter")

    dialog = tab.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(":focus")).to_have_count(1)
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
