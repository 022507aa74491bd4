"""Support asks why three codes of the demo shop were refused, does what the page advises, and they apply."""

from __future__ import annotations

import re
from datetime import datetime
from io import StringIO
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Browser, Locator, Page, expect

from commerce.models import Customer
from promotions.models import Campaign, Redemption
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import RuleAssignmentFactory, VoucherFactory
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PAGE = "/admin/promotions/why/"


@pytest.fixture
def support() -> User:
    """Somebody who may look and change nothing."""
    return person("sven", "Viewer")


def choose(field: Locator, typed: str, option: str) -> None:
    """Type into a picker and take what its list offers."""
    field.fill("")
    field.press_sequentially(typed, delay=20)
    field.page.get_by_role("option", name=re.compile(re.escape(option))).click()


def ask(tab: Page) -> Locator:
    """Press the button; the cards of the answer."""
    tab.get_by_role("button", name="Ask why").click()
    expect(tab.get_by_role("heading", name="Answer")).to_be_in_viewport()
    return tab.locator("article.why-card")


def spoken(moment: datetime) -> str:
    """Saturday 28 November 00:00; with the year where it is another one than now."""
    year = "" if moment.year == datetime.now(moment.tzinfo).year else f" {moment.year}"
    return f"{moment:%A} {moment.day} {moment:%B}{year} {moment:%H:%M}"


def test_three_refusals_three_reasons_and_three_hints_that_help(tab: Page, support: User) -> None:
    call_command("seed_demo", stdout=StringIO())
    vip = Customer.objects.filter(memberships__segment__name="VIP").order_by("pk").first()
    other = Customer.objects.exclude(memberships__segment__name="VIP").order_by("pk").first()
    assert vip is not None
    assert other is not None
    starts_at = Campaign.objects.get(name="Black Friday week").starts_at
    assert starts_at is not None
    begins = starts_at.astimezone(ZoneInfo("Europe/Warsaw"))
    attempts = Redemption.objects.count()
    sign_in(tab, "sven")
    tab.get_by_role("link", name="Why?").click()

    tab.get_by_label("Codes").fill("VIP20\nCOFFEE20\nBLACK25")
    choose(tab.get_by_label("Customer"), other.email, other.email)
    choose(tab.get_by_label("Product or SKU").first, "Harbour Ble", "Product, 12.90")
    tab.get_by_label("Several at once").select_option("alone")
    refused = ask(tab)

    expect(refused).to_have_count(3)
    expect(tab.locator(".why-card.why-bad")).to_have_count(3)
    expect(refused.locator(".why-sentence")).to_have_text(
        [
            re.compile(
                "^VIP20 cannot be used: it is not for this customer. Not met: customer is in segment VIP"
            ),
            "COFFEE20 cannot be used: the order does not fit its conditions. "
            "Not met: at least 2 units from Coffee (it is 1).",
            "BLACK25 cannot be used: the code is not valid yet.",
        ]
    )
    expect(refused.locator(".why-hint")).to_contain_text(
        ["For customers of segment VIP", "Add one more from Coffee", f"Works from {spoken(begins)}"]
    )

    choose(tab.get_by_label("Customer"), vip.email, vip.email)
    tab.get_by_label("Units").first.fill("2")
    tab.get_by_label("When").fill(f"{begins:%Y-%m-%dT%H:%M}")
    applied = ask(tab)

    expect(tab.locator(".why-card.why-good")).to_have_count(3)
    expect(applied.locator(".why-sentence")).to_have_text(
        [
            re.compile(r"^VIP20 applies and takes 5\.16\sEUR off\.$"),
            re.compile(r"^COFFEE20 applies and takes 5\.16\sEUR off\.$"),
            re.compile(r"^BLACK25 applies and takes 6\.45\sEUR off\.$"),
        ]
    )
    expect(tab.locator(".why-hint")).to_have_count(0)
    assert Redemption.objects.count() == attempts


def test_lines_come_and_go_without_a_reload_and_empty_ones_stay_out_of_the_address(
    tab: Page, support: User
) -> None:
    cup, bag = ProductFactory(name="Cup", price=500), ProductFactory(name="Bag", price=1000)
    VoucherFactory(code="TEN")
    sign_in(tab, "sven")
    tab.goto(PAGE)
    lines = tab.get_by_label("Product or SKU")
    expect(lines).to_have_count(3)

    tab.get_by_role("button", name="Add a line").click()
    expect(lines).to_have_count(4)
    choose(lines.nth(3), "Ba", bag.name)
    choose(lines.nth(1), "Cu", cup.name)
    tab.get_by_role("button", name="Take this line out").nth(2).click()
    expect(lines).to_have_count(3)
    tab.get_by_label("Codes").fill("TEN")
    ask(tab)

    expect(tab.locator(".why-bill tbody tr")).to_have_text(
        [re.compile("Cup"), re.compile("Bag"), re.compile(r"15\.00\sEUR\s*1\.50\sEUR\s*13\.50\sEUR")]
    )
    assert tab.url.count("item=") == 2
    assert set(parse_qs(urlsplit(tab.url).query, keep_blank_values=True)) == {
        "asked", "codes", "item", "item-text", "units", "price", "together",
    }  # fmt: skip


def test_the_form_needs_no_scripts_of_its_own(chromium: Browser, live_server: object, support: User) -> None:
    ProductFactory(name="Cup", price=500)
    RuleAssignmentFactory(voucher=VoucherFactory(code="HUNDRED"))
    context = chromium.new_context(base_url=str(live_server), viewport={"width": 1440, "height": 900})
    context.route("**/static/promotions/*.js", lambda route: route.abort())
    tab = context.new_page()
    sign_in(tab, "sven")
    tab.goto(PAGE)
    expect(tab.get_by_role("button", name="Add a line")).to_be_hidden()

    tab.get_by_label("Codes").fill("HUNDRED")
    tab.get_by_label("Product or SKU").first.fill("cup")
    tab.get_by_label("Units").first.fill("19")
    ask(tab)

    expect(tab.locator(".why-hint")).to_contain_text("Add 5.00 more")
    context.close()
