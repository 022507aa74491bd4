"""A referral programme from an empty page to a reward that is paid.

A marketer makes a double-sided programme: friends get a discount, whoever recommends gets points two weeks
later. She launches it and gives Rita a code. Rita's friend buys with it over the API: the reward waits, and
is paid when its time has come. Then Rita recommends herself: under another spelling of her mailbox she is
refused at once, under another name with her phone and card she lands in the queue, and a person refuses her.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from rest_framework.test import APIClient

from commerce.models import Customer
from loyalty.models import LoyaltyCard
from promotions.models import Campaign, Lifecycle, Voucher
from referrals.models import Referral, ReferralReward, ReferrerTier
from referrals.services import rewarding
from tests.factories.commerce import CustomerFactory
from tests.journeys.conftest import person, sign_in
from tests.telling import tell

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

type Ask = Callable[..., Any]

_State = ReferralReward.State


@pytest.fixture
def shop(api: APIClient) -> None:
    person("mara", "Administrator")
    club = {
        "name": "Coffee Club",
        "campaign_type": "LOYALTY_PROGRAM",
        "type": "AUTO_UPDATE",
        "voucher": {"type": "LOYALTY_CARD", "loyalty_card": {"points": 0}},
    }
    assert api.post("/v1/campaigns", club, format="json").status_code == 200
    CustomerFactory(
        name="Rita Rahn",
        source_id="rita",
        email="rita@shop.example",
        phone="+49 170 1234567",
        metadata={"card_fingerprint": "c-1"},
    )


@pytest.fixture
def ask(api: APIClient) -> Ask:
    """`ask("/v1/orders", {…})`: what the API answers; all subscribers have heard of it afterwards."""

    def asked(path: str, body: Any) -> Any:
        answer = api.post(path, body, format="json")
        assert answer.status_code < 300, answer.content
        tell()
        return answer.json()

    return asked


def test_from_an_empty_page_to_a_reward_that_is_paid(tab: Page, shop: None, ask: Ask) -> None:
    sign_in(tab)
    friends = make_the_programme(tab)
    launch(tab, friends)
    code = rita_gets_a_code(tab, friends)
    her_friend_buys(ask, code)
    the_reward_waits(tab, friends)
    two_weeks_later_it_is_paid(tab, friends)
    her_page_tells(tab)
    she_tries_herself(ask, code)
    she_is_refused_with_the_reason(tab)


def pick(tab: Page, field: str, name: str) -> None:
    tab.locator(f"#id_{field}").fill(name)
    tab.get_by_role("option", name=re.compile(name)).first.click()


def open_tab(tab: Page, key: str) -> Any:
    tab.click(f".fanfare-tabs a[href='#{key}']")
    return tab.locator(f"#{key}-group")


def make_the_programme(tab: Page) -> Campaign:
    tab.get_by_role("link", name="Referral programmes").click()
    expect(tab.get_by_text("A referral programme gives customers a code")).to_be_visible()
    tab.goto("/admin/referrals/referralprogramme/add/")
    expect(tab.locator("#id_reward_2_points")).to_be_hidden()
    tab.get_by_role("link", name="More for many friends").click()
    expect(tab.locator("#id_reward_3_minimum")).to_have_value("10")
    tab.get_by_role("link", name="Both get something").click()
    tab.fill("#id_name", "Friends")
    expect(tab.locator("#id_percent_off")).to_have_value("10")
    tab.select_option("#id_conversion", label="The code is redeemed")
    pick(tab, "reward_1_campaign", "Coffee Club")
    expect(tab.locator("#id_reward_1_points")).to_have_value("100")
    tab.fill("#id_share_url", "https://shop.example/?ref={code}")
    tab.get_by_role("button", name="Save", exact=True).click()

    expect(tab.get_by_text("Friends is saved as a draft")).to_be_visible()
    made = Campaign.objects.get(name="Friends")
    assert made.is_draft
    assert ReferrerTier.objects.get().campaign == made
    return made


def launch(tab: Page, friends: Campaign) -> None:
    expect(open_tab(tab, "rewards")).to_contain_text("100 points of Coffee Club")
    tab.get_by_role("link", name=re.compile(r"\bLaunch$")).first.click()
    tab.locator("#dialog").get_by_role("button", name="Launch").click()
    expect(tab.get_by_text("Friends is launched.")).to_be_visible()
    friends.refresh_from_db()
    assert friends.lifecycle == Lifecycle.LIVE


def rita_gets_a_code(tab: Page, friends: Campaign) -> str:
    tab.get_by_role("link", name=re.compile(r"\bGive a code$")).first.click()
    pick(tab, "customer", "Rita")
    tab.locator("#dialog").get_by_role("button", name="Give the code").click()
    expect(tab.get_by_text(re.compile("Given: "))).to_be_visible()
    code = Voucher.objects.get(holder__source_id="rita", campaign=friends).code
    expect(open_tab(tab, "referrers")).to_contain_text(f"https://shop.example/?ref={code}")
    return code


def her_friend_buys(ask: Ask, code: str) -> None:
    answer = ask(
        "/v1/redemptions",
        {
            "redeemables": [{"object": "voucher", "id": code}],
            "customer": {"source_id": "paul", "name": "Paul Pohl"},
            "order": {"source_id": "P-1", "amount": 100_00},
        },
    )
    assert answer["order"]["total_discount_amount"] == 10_00


def the_reward_waits(tab: Page, friends: Campaign) -> None:
    assert ReferralReward.objects.get().state == _State.PENDING
    rewarding.give_due(now=timezone.now() + timedelta(days=13))
    assert ReferralReward.objects.get().state == _State.PENDING

    tab.goto(f"/admin/referrals/referralprogramme/{friends.pk}/change/")
    referrals = open_tab(tab, "referrals")
    for text in ("Rita Rahn", "Paul Pohl", "Counts"):
        expect(referrals).to_contain_text(text)
    expect(open_tab(tab, "numbers")).to_contain_text(re.compile(r"Rewards for referrers: waits\s*1"))


def two_weeks_later_it_is_paid(tab: Page, friends: Campaign) -> None:
    rewarding.give_due(now=timezone.now() + timedelta(days=15))
    reward = ReferralReward.objects.get()
    assert (reward.state, reward.granted) == (_State.PAID, 100)
    assert LoyaltyCard.objects.get(voucher__holder__source_id="rita").balance == 100

    tab.reload()
    expect(open_tab(tab, "numbers")).to_contain_text(re.compile(r"Rewards for referrers: given\s*1"))


def her_page_tells(tab: Page) -> None:
    rita = Customer.objects.get(source_id="rita")
    tab.goto(f"/admin/commerce/customer/{rita.pk}/change/#referrals")
    expect(tab.locator("#referrals-group")).to_contain_text("Paul Pohl")


def she_tries_herself(ask: Ask, code: str) -> None:
    for number, about in enumerate(
        (
            {"source_id": "alias", "name": "R. R.", "email": "Rita+new@shop.example"},
            {
                "source_id": "other",
                "name": "Tira Nahr",
                "email": "tira@web.example",
                "phone": "0049 170 1234567",
                "metadata": {"card_fingerprint": "c-1"},
            },
        )
    ):
        ask(
            "/v1/redemptions",
            {
                "redeemables": [{"object": "voucher", "id": code}],
                "customer": about,
                "order": {"source_id": f"R-{number}", "amount": 100_00},
            },
        )
    states = dict(Referral.objects.order_by("pk").values_list("referee__source_id", "state"))
    assert states == {"paul": "ACCEPTED", "alias": "REFUSED", "other": "HELD"}


def she_is_refused_with_the_reason(tab: Page) -> None:
    tab.goto("/admin/")
    tab.get_by_role("link", name=re.compile("Review")).first.click()
    expect(tab.locator("#result_list")).to_contain_text("Tira Nahr")
    expect(tab.locator("#result_list")).not_to_contain_text("R. R.")
    tab.get_by_role("link", name=re.compile("Rita Rahn recommended Tira Nahr")).click()
    expect(tab.get_by_text("pay with the same card or account")).to_be_visible()
    tab.get_by_role("link", name=re.compile(r"\bRefuse$")).first.click()
    dialog = tab.locator("#dialog")
    dialog.locator("#id_reason").fill("Her own second account")
    dialog.get_by_role("button", name="Refuse").click()
    expect(tab.get_by_text("The referral is refused.")).to_be_visible()
    row = Referral.objects.get(referee__source_id="other")
    tab.goto(f"/admin/referrals/referral/{row.pk}/change/")
    expect(tab.get_by_text("Her own second account").first).to_be_visible()
    assert (row.state, row.decided_by) == ("REFUSED", "Mara")
    assert LoyaltyCard.objects.get(voucher__holder__source_id="rita").balance == 100
