"""A marketer sees while drafting what a promotion collides with, ends one collision, and accepts another."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from calendar_app.models import Conflict
from calendar_app.overlaps import FixKind
from calendar_app.services import refreshing
from promotions.models import CampaignSetup
from tests.factories.calendar import conflict
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CampaignFactory, percent
from tests.journeys import axe
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LIST = "/admin/calendar/conflicts/"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def script() -> str:
    return axe.installed()


def test_seen_while_drafting_then_accepted_with_a_reason(tab: Page) -> None:
    now = timezone.now()
    ProductFactory(name="Mug", price=2_000)
    CampaignFactory(name="Spring sale", discount=percent(20), starts_at=now - DAY, ends_at=now + 20 * DAY)
    person("mara", "User")
    sign_in(tab, at="/admin/promotions/campaign/wizard/new/type/")

    tab.get_by_label("One code for everybody").check()
    tab.fill("#id_name", "Members")
    tab.get_by_role("button", name="Save and continue").first.click()
    tab.fill("#id_percent_off", "25")
    tab.get_by_role("link", name=re.compile("Codes")).or_(
        tab.get_by_role("button", name=re.compile("Codes"))
    ).first.click()
    tab.fill("#id_code", "MEMBERS25")
    tab.get_by_role("button", name="Save", exact=True).click()
    beside = tab.locator("[data-collisions]")
    expect(beside).to_contain_text("Spring sale")
    expect(beside).to_contain_text("Discounted twice")
    tab.get_by_role("button", name="Review").click()
    expect(tab.locator("[data-collisions]")).to_contain_text("Spring sale")
    tab.get_by_role("button", name="Launch now").click()
    expect(tab.get_by_text("Members is launched")).to_be_visible()

    refreshing.refresh(now=timezone.now(), everything=True)
    tab.reload()
    tab.get_by_role("link", name="Collisions (1)").click()
    card = tab.locator(".conflict")
    expect(card).to_have_count(1)
    expect(card.locator(".receipt")).to_contain_text("40 %")

    card.get_by_role("button", name="Accept with a reason").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("Members may have both.")
    dialog.get_by_role("button", name="Accept").click()
    expect(tab.get_by_text("Accepted. It is listed again if one of the two changes.")).to_be_visible()
    row = Conflict.objects.get()
    assert (row.state, row.acceptance and row.acceptance.reason) == ("ACCEPTED", "Members may have both.")
    tab.goto(f"{LIST}{row.pk}/")
    expect(tab.get_by_text("Accepted by Mara: “Members may have both.”")).to_be_visible()


def test_a_fix_opens_the_form_filled_in(tab: Page) -> None:
    mug = ProductFactory(name="Mug", price=2_000)
    spring = CampaignFactory(name="Spring sale", discount=percent(20))
    fix = {
        "kind": FixKind.EXCLUDE_PRODUCTS.value,
        "key": f"campaign:{spring.pk}",
        "sentence": "Leave “Mug” out of “Spring sale”.",
        "values": {"items": [{"object": "product", "id": mug.public_id}]},
    }
    conflict(spring, CampaignFactory(name="VIP week"), facts={"fixes": [fix]})
    person("mara", "User")
    sign_in(tab, at=LIST)

    tab.get_by_role("button", name="Exclude the products").click()

    expect(tab.get_by_role("heading", name="Which products is it for?")).to_be_visible()
    expect(tab.get_by_text("Mug").first).to_be_visible()
    assert CampaignSetup.objects.get().answers["products"]["excluded"] == [f"product:{mug.public_id}"]


def test_many_at_once_by_keyboard(tab: Page) -> None:
    rows = [conflict(), conflict(), conflict()]
    person("mara", "User")
    sign_in(tab, at=LIST)

    for row in rows[:2]:
        tab.locator(f"[data-conflict='{row.public_id}'] input[name=chosen]").focus()
        tab.keyboard.press("Space")
    tab.get_by_role("button", name="Accept the chosen ones").focus()
    tab.keyboard.press("Enter")
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("Accept 2 collisions?")
    dialog.get_by_role("textbox").fill("A week of members.")
    dialog.get_by_role("button", name="Accept all").click()

    expect(tab.locator(".conflict")).to_have_count(1)
    assert Conflict.objects.filter(state=Conflict.State.ACCEPTED).count() == 2


def test_nothing_that_a_screen_reader_stumbles_over(tab: Page, script: str) -> None:
    spring = CampaignFactory(name="Spring sale")
    fix = {"kind": "EXCLUDE_CUSTOMERS", "key": f"campaign:{spring.pk}", "sentence": "Do.", "values": {}}
    row = conflict(spring, facts={"fixes": [fix], "opaque": ["A formula reads metadata."]})
    person("mara", "User")
    sign_in(tab, at=LIST)
    paths = (LIST, f"{LIST}?weight=small", f"{LIST}{row.pk}/", "/admin/")

    problems: list[str] = []
    for width, colours, path in product((1440, 390), ("light", "dark"), paths):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=colours)
        tab.goto(path)
        tab.wait_for_load_state("networkidle")
        problems += [f"{path} {colours} {width}: {line}" for line in axe.findings(tab, script)]
        is_wide = tab.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        problems += [f"{path} {width}: it scrolls sideways"] if is_wide else []

    assert problems == [], "\n".join(problems)
