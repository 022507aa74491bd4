"""A marketer makes gift cards, tops one up, and is told what cannot be taken off."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from promotions.models import Campaign, CardTransaction, Voucher
from tests.journeys.conftest import sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def change_balance(tab: Page, direction: str, amount: str, reason: str) -> None:
    tab.get_by_role("link", name="Change balance").click()
    dialog = tab.locator("#dialog")
    dialog.locator("[name=direction]").select_option(direction)
    dialog.locator("[name=amount]").fill(amount)
    dialog.locator("[name=reason]").fill(reason)
    dialog.get_by_role("button", name="Change balance").click()


def test_from_a_campaign_of_cards_to_a_changed_balance(tab: Page, marketer: User) -> None:
    sign_in(tab)
    tab.goto("/admin/promotions/campaign/add/")
    expect(tab.locator("#id_credits")).to_be_hidden()
    tab.select_option("#id_campaign_type", "GIFT_VOUCHERS")
    expect(tab.locator("#id_percent_off")).to_be_hidden()
    expect(tab.locator("#id_voucher_redemption_quantity")).to_have_value("")
    tab.fill("#id_name", "Harbour gift cards")
    tab.fill("#id_credits", "50")
    tab.fill("#id_codes_wanted", "3")
    tab.fill("#id_pattern", "HARBOUR-####")
    tab.get_by_role("button", name="Launch at once").click()
    expect(tab.get_by_text("Harbour gift cards is running: Gift cards of 50.00")).to_be_visible()

    tab.click(".fanfare-tabs a[href='#codes']")
    tab.locator("#codes-group .fanfare-code").first.click()
    expect(tab.get_by_text(re.compile(r"HARBOUR-\w{4}: Gift card with 50\.00"))).to_be_visible()
    change_balance(tab, "add", "12.50", "Goodwill")
    expect(tab.get_by_text(re.compile(r"has 62\.50.EUR now"))).to_be_visible()
    expect(tab.locator("#ledger-group")).to_contain_text("Goodwill")
    change_balance(tab, "remove", "62.51", "Typed wrong")
    expect(tab.get_by_text(re.compile(r"at most 62\.50.EUR can be removed"))).to_be_visible()

    campaign = Campaign.objects.get()
    assert campaign.gift == {"amount": 5_000, "effect": "APPLY_TO_ORDER"}
    assert sorted(Voucher.objects.values_list("gift_balance", flat=True)) == [5_000, 5_000, 6_250]
    assert CardTransaction.objects.count() == 4
