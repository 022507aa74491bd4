"""A price is wrong: finance stops the campaign, a reviewer and finance restore it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from commerce.selectors.order_shapes import OrderSpec
from core.actors import Actor
from promotions.models import EmergencyStop
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions
from promotions.services.validations import DecisionSpec
from tests.factories.promotions import CampaignFactory, VoucherFactory, percent
from tests.journeys.conftest import person, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LIST = "/admin/promotions/emergencystop/"
SHOP = Actor.system("the shop", channel="API")


def spend(minutes_ago: int = 0) -> str:
    """Somebody uses the code; what the shop was told."""
    spec = DecisionSpec(
        redeemables=(Requested(object="voucher", id="SPRING"),), order=OrderSpec(amount=10_000)
    )
    try:
        redemptions.redeem(spec=spec, actor=SHOP, now=timezone.now() - timedelta(minutes=minutes_ago))
    except NotRedeemable as refusal:
        return refusal.key
    return "given"


def fact(tab: Page, title: str) -> str:
    box = tab.locator(".fanfare-fact", has=tab.get_by_text(title, exact=True))
    return box.locator("dd").first.inner_text()


def test_stopped_by_one_restored_by_two(tab: Page) -> None:
    campaign = CampaignFactory(name="Spring sale", discount=percent(90))
    VoucherFactory(code="SPRING", campaign=campaign, discount=None, redemption_quantity=None)
    CampaignFactory(name="Summer sale")
    person("fiona", "Viewer", "Finance")
    person("rita", "Viewer", "Reviewer")
    assert [spend(minutes) for minutes in (30, 20, 10)] == ["given"] * 3

    sign_in(tab, "fiona", at=LIST)
    tab.get_by_role("link", name="Stop something").click()
    expect(tab.locator("#id_stores")).to_be_hidden()
    tab.get_by_text("Only what I list").click()
    expect(tab.locator("#id_stores")).to_be_visible()
    tab.fill("#id_reason", "90 % instead of 9 %")
    tab.get_by_role("button", name="See who is hit").click()
    expect(tab.get_by_text("List at least one thing below")).to_be_visible()
    tab.locator(".stop-field-campaigns .select2-selection").click()
    tab.locator(".select2-search__field").first.press_sequentially("spring", delay=20)
    tab.locator(".select2-results__option", has_text="Spring sale").click()
    tab.get_by_role("button", name="See who is hit").click()

    expect(tab.get_by_text("Stop this now?")).to_be_visible()
    assert (fact(tab, "Live campaigns"), fact(tab, "Redemptions, last hour")) == ("1", "3")
    assert not EmergencyStop.objects.exists()
    tab.get_by_role("button", name="Back").click()
    expect(tab.locator(".stop-field-campaigns .select2-selection__choice")).to_contain_text("Spring sale")
    tab.get_by_role("button", name="See who is hit").click()
    tab.get_by_role("button", name="Stop now").click()
    expect(tab.get_by_text("Stopped. It holds in every process from now on.")).to_be_visible()

    assert [spend(), spend()] == ["emergency_stop"] * 2
    tab.reload()
    assert fact(tab, "Refused") == "2"
    tab.goto("/admin/")
    expect(tab.get_by_role("alert")).to_contain_text("campaign Spring sale")
    tab.goto(f"/admin/promotions/campaign/{campaign.pk}/change/")
    expect(tab.get_by_text("Under emergency stop since")).to_be_visible()

    tab.get_by_role("link", name="See the stop").click()
    tab.get_by_role("link", name="Ask to restore").click()
    dialog = tab.locator("#dialog")
    dialog.locator("textarea[name=reason]").fill("It says 9 % now")
    dialog.get_by_role("button", name="Ask to restore").click()
    expect(tab.get_by_text("Asked. Somebody else has to confirm.")).to_be_visible()
    assert spend() == "emergency_stop"

    sign_in(tab, "rita")
    tab.get_by_role("alert").get_by_role("link", name="See it").click()
    tab.get_by_role("link", name="Confirm and restore").click()
    tab.locator("#dialog").get_by_role("button", name="Restore").click()
    expect(tab.get_by_text("Restored. Everything is given again.")).to_be_visible()
    assert spend() == "given"
    tab.goto("/admin/")
    expect(tab.get_by_role("alert")).to_have_count(0)
