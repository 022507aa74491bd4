"""A marketer signs in, drafts a campaign with five codes, launches it, looks at them, and pauses it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from core.models import AuditEntry
from promotions.models import Campaign, Voucher
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_from_the_login_over_a_draft_to_a_paused_campaign(tab: Page, marketer: User) -> None:
    sign_in(tab)
    tab.get_by_role("link", name="Make the first campaign").click()
    tab.get_by_role("link", name="the full form").click()

    tab.fill("#id_name", "Spring sale")
    tab.fill("#id_percent_off", "12.5")
    tab.fill("#id_discount_limit", "20.00")
    tab.fill("#id_codes_wanted", "5")
    tab.fill("#id_pattern", "SPRING-####")
    tab.click("[name=_draft]")

    expect(tab.get_by_text("Spring sale is a draft, so nobody gets it yet: 12.5 % off")).to_be_visible()
    assert not Voucher.objects.exists()
    tab.get_by_role("link", name="Launch").click()
    tab.locator("#dialog").get_by_role("button", name="Launch").click()

    expect(tab.get_by_text("Spring sale is running: 12.5 % off the order")).to_be_visible()
    tab.click(".fanfare-tabs a[href='#codes']")
    expect(tab.locator("#codes-group .fanfare-code")).to_have_count(5)
    expect(tab.locator("#codes-group .fanfare-code").first).to_have_text(re.compile(r"SPRING-[2-9A-Z]{4}"))

    tab.get_by_role("link", name="Pause").click()
    tab.locator("#dialog").get_by_role("button", name="Pause").click()
    expect(tab.get_by_text("Spring sale is paused.")).to_be_visible()

    campaign = Campaign.objects.get()
    assert campaign.is_active is False
    assert campaign.discount == {
        "type": "PERCENT",
        "percent_off": 12.5,
        "amount_limit": 2000,
        "effect": "APPLY_TO_ORDER",
    }
    assert Voucher.objects.filter(campaign=campaign, redemption_quantity=1).count() == 5
    actions = AuditEntry.objects.filter(entity_id=campaign.public_id).order_by("pk")
    assert [(entry.action, entry.actor_label) for entry in actions] == [
        ("campaign.created", "Mara"),
        ("campaign.launched", "Mara"),
        ("campaign.vouchers.added", "Mara"),
        ("campaign.disabled", "Mara"),
    ]


def test_choosing_amount_off_shows_the_amount(tab: Page, marketer: User) -> None:
    sign_in(tab)
    tab.goto("/admin/promotions/campaign/add/")

    tab.select_option("#id_discount_type", "AMOUNT")

    expect(tab.locator("#id_amount_off")).to_be_visible()
    expect(tab.locator("#id_percent_off")).to_be_hidden()


def test_search_finds_a_campaign_by_a_part_of_its_name(tab: Page, marketer: User) -> None:
    from tests.factories.promotions import CampaignFactory

    CampaignFactory(name="Autumn beans")
    sign_in(tab)

    tab.keyboard.press("Control+k")
    expect(tab.locator("#search-input-command")).to_be_visible()
    tab.locator("#search-input-command").press_sequentially("umn be", delay=30)

    expect(tab.locator("#command-results").get_by_text("Autumn beans")).to_be_visible()
