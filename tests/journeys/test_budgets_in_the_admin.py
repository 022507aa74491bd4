"""Finance makes a budget for a campaign, customers spend from it, and the last cent stops it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from commerce.selectors.order_shapes import OrderSpec
from core.actors import Actor
from promotions.models import Budget
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions
from promotions.services.validations import DecisionSpec
from tests.factories.promotions import CampaignFactory, VoucherFactory, amount
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LIST = "/admin/promotions/budget/"
SHOP = Actor.system("the shop", channel="API")


def spend(days_ago: int) -> str:
    """Somebody uses the code; what the shop was told."""
    spec = DecisionSpec(
        redeemables=(Requested(object="voucher", id="TWENTY"),), order=OrderSpec(amount=10_000)
    )
    try:
        redemptions.redeem(spec=spec, actor=SHOP, now=timezone.now() - timedelta(days=days_ago))
    except NotRedeemable:
        return "refused"
    return "given"


def fact(tab: Page, title: str) -> str:
    box = tab.locator(".fanfare-fact", has=tab.get_by_text(title, exact=True))
    return box.locator("dd").first.inner_text().replace("\N{NO-BREAK SPACE}", " ")


def test_from_the_first_euro_to_the_last(tab: Page) -> None:
    campaign = CampaignFactory(name="Autumn beans", discount=amount(2_000))
    VoucherFactory(code="TWENTY", campaign=campaign)
    person("fiona", "Viewer", "Finance")
    sign_in(tab, "fiona", at=LIST)

    tab.goto(f"{LIST}add/")
    tab.select_option("#id_measure", "REDEMPTIONS")
    expect(tab.locator("#id_limit_count")).to_be_visible()
    expect(tab.locator("#id_limit_money")).to_be_hidden()
    tab.select_option("#id_measure", "DISCOUNT")
    expect(tab.locator("#id_limit_money")).to_be_visible()
    expect(tab.locator("#id_customer_key")).to_be_hidden()
    tab.select_option("#id_per", "CUSTOMER")
    expect(tab.locator("#id_customer_key")).to_be_visible()
    tab.select_option("#id_per", "TOTAL")
    tab.fill("#id_name", "Season")
    tab.fill("#id_limit_money", "100")
    tab.locator(".field-drawing .select2-selection").click()
    tab.locator(".select2-search__field").first.press_sequentially("autumn", delay=20)
    tab.locator(".select2-results__option", has_text="Autumn beans").click()
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("was added successfully")).to_be_visible()
    budget = Budget.objects.get()
    assert (budget.limit, list(budget.campaigns.all())) == (10_000, [campaign])

    told = [spend(days_ago) for days_ago in (4, 3, 2, 1)]
    tab.goto(f"{LIST}{budget.pk}/change/")
    assert told == ["given"] * 4
    assert (fact(tab, "Used"), fact(tab, "Left")) == ("80.00 EUR", "20.00 EUR")
    assert fact(tab, "Runs out") == "Today"
    expect(tab.locator("canvas.chart")).to_be_visible()
    tab.click(".fanfare-tabs a[href='#alerts']")
    expect(tab.locator("#alerts-group tbody tr")).to_have_count(2)

    tab.goto(f"{LIST}{budget.pk}/change/")
    tab.fill("#id_limit_money", "79.99")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("The limit can be 80.00")).to_be_visible()
    tab.fill("#id_limit_money", "80")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("was changed successfully")).to_be_visible()
    assert spend(0) == "refused"
    expect(tab.get_by_text("Used up", exact=True).first).to_be_visible()
