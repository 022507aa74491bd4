"""The review queue: the list, the page with its evidence, and what people do about referrals."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from commerce.models import Customer
from core.models import AuditEntry
from promotions.models import Campaign, Reward
from referrals.models import Referral, ReferralReward
from tests.factories.commerce import ProductFactory
from tests.referrals.holding import held
from tests.referrals.world import NOW, coupon, each, programme

pytestmark = pytest.mark.django_db

LIST = "/admin/referrals/referral/"
CONFIRMED = {"_form_submitted": "on"}
# The page that asks why, sent.
DECIDED = {**CONFIRMED, "_decide": "1"}


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    return programme(api, "Friends")


def page(row: Any, name: str = "change") -> str:
    return reverse(f"admin:referrals_{row._meta.model_name}_{name}", args=[row.pk])


def text_of(answer: Any) -> str:
    """As a person reads it."""
    assert answer.status_code == 200
    without_tags = re.sub(r"<[^>]+>", " ", answer.content.decode().partition('id="content"')[2])
    return re.sub(r"\s+", " ", unescape(without_tags))


def states() -> list[str]:
    return list(Referral.objects.order_by("pk").values_list("state", flat=True))


def test_the_list_shows_those_that_wait(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    each(friends, coupon("A coupon"))
    held(api, friends, "rita", "paul", amount=12_300)
    Referral.objects.filter(pk=held(api, friends, "rita", "pia").pk).update(state="REFUSED")

    waiting = text_of(admin_page.get(LIST))
    refused = text_of(admin_page.get(LIST, {"state": "REFUSED"}))
    everything = text_of(admin_page.get(LIST, {"state": "ALL"}))

    assert ("rita recommended paul" in waiting, "rita recommended pia" in waiting) == (True, False)
    assert "123.00\xa0EUR" in waiting or "123.00 EUR" in waiting
    assert "A coupon, for the referrer" in waiting
    assert "Same e-mail" in waiting
    assert ("rita recommended paul" in refused, "rita recommended pia" in refused) == (False, True)
    assert ("rita recommended paul" in everything, "rita recommended pia" in everything) == (True, True)


def test_the_menu_counts_those_that_wait(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    def badge() -> Any:
        context = admin_page.get(LIST).context
        groups = context["sidebar_navigation"]
        (entry,) = [item for group in groups for item in group["items"] if item["link"] == LIST]
        return entry.get("badge")

    assert badge() is None
    held(api, friends)
    assert badge() == 1


def test_the_page_shows_the_evidence(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    each(friends, coupon("A coupon"))
    unknown = {"key": "moon_phase", "evidence": {"phase": "full", "days": [1, 2]}}
    row = held(api, friends, "rita", "paul", findings=[unknown], email="rita+2@shop.example")
    Customer.objects.filter(source_id="rita").update(email="Rita@shop.example")
    held(api, friends, "paul", "pia")

    text = text_of(admin_page.get(page(row)))

    for said in (
        "Moon phase days 1, 2 phase full",
        "Rita@shop.example rita+2@shop.example",
        "E-mail Same",
        "The referrer got the code",
        "The referee redeemed the code",
        "If accepted",
        "A coupon, for the referrer",
        "It waits for somebody who decides.",
    ):
        assert said in text, text
    assert "paul" in text.partition("Connected customers")[2]
    assert "pia" in text


def test_accepting_brings_rewards(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    each(friends, coupon())
    row = held(api, friends)

    answer = admin_page.post(page(row, "accept"), {**CONFIRMED, "reason": "A brother"})

    row.refresh_from_db()
    assert (row.state, row.reason, answer["HX-Redirect"]) == ("ACCEPTED", "A brother", LIST)
    assert ReferralReward.objects.get().state == "PAID"
    text = text_of(admin_page.get(page(row)))
    assert "decided: counts" in text
    assert page(row, "refuse") not in admin_page.get(page(row)).content.decode()


def test_refusing_needs_a_reason(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    row = held(api, friends)

    admin_page.post(page(row, "refuse"), {**CONFIRMED, "reason": ""})
    assert states() == ["HELD"]
    admin_page.post(page(row, "refuse"), {**CONFIRMED, "reason": "One household"})

    assert states() == ["REFUSED"]
    assert AuditEntry.objects.filter(action="referral.refused").count() == 1


def test_several_are_refused_for_one_reason(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    rows = [held(api, friends, referee=f"friend-{number}") for number in range(3)]
    chosen = {"action": "refuse_chosen", "_selected_action": [row.pk for row in rows[:2]]}

    asked = admin_page.post(LIST, {**chosen, "index": "0"})
    without = admin_page.post(LIST, {**chosen, **DECIDED, "reason": " "})
    assert "Refuse 2 referrals?" in asked.content.decode()
    assert "This field is required" in without.content.decode()
    assert states() == ["HELD"] * 3
    admin_page.post(LIST, {**chosen, **DECIDED, "reason": "A farm"})

    assert states() == ["REFUSED", "REFUSED", "HELD"]
    assert set(Referral.objects.filter(state="REFUSED").values_list("reason", flat=True)) == {"A farm"}


def test_several_are_accepted_and_those_decided_meanwhile_stay(
    admin_page: Client, api: APIClient, friends: Campaign
) -> None:
    rows = [held(api, friends, referee=f"friend-{number}") for number in range(3)]
    Referral.objects.filter(pk=rows[0].pk).update(state="REFUSED")
    chosen = {"action": "accept_chosen", "_selected_action": [row.pk for row in rows]}

    admin_page.post(f"{LIST}?state=ALL", {**chosen, **DECIDED, "reason": ""})

    assert states() == ["REFUSED", "ACCEPTED", "ACCEPTED"]


@pytest.mark.parametrize("side", ["referrer", "referee"])
def test_either_side_is_blocked(admin_page: Client, api: APIClient, friends: Campaign, side: str) -> None:
    row = held(api, friends)

    admin_page.post(page(row, f"block_{side}"), {**CONFIRMED, "reason": "A farm"})

    blocked = Customer.objects.get(blocked_at__isnull=False)
    assert (blocked, blocked.blocked_reason) == (getattr(row, side), "A farm")
    assert states() == ["HELD"]
    body = admin_page.get(page(row)).content.decode()
    assert page(row, f"block_{side}") not in body


def test_the_programme_is_paused_or_stopped(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    row = held(api, friends)

    stop = admin_page.get(page(row, "emergency_stop"))
    admin_page.post(page(row, "pause_programme"), CONFIRMED)

    friends.refresh_from_db()
    assert friends.is_active is False
    assert stop["Location"] == f"/admin/promotions/emergencystop/add/?campaign={friends.public_id}"
    assert page(row, "pause_programme") not in admin_page.get(page(row)).content.decode()


@pytest.mark.parametrize(
    ("group", "may_decide", "may_block"),
    [
        ("Marketer", True, True),
        ("Reviewer", True, False),
        ("Support", False, False),
        ("Viewer", False, False),
        ("Finance", False, False),
    ],
)
def test_who_may_do_what(
    page_as: Callable[[str], Client],
    api: APIClient,
    friends: Campaign,
    group: str,
    may_decide: bool,
    may_block: bool,
) -> None:
    row = held(api, friends)
    browser = page_as(group)
    assert browser.get(page(row)).status_code == 200

    blocked = browser.post(page(row, "block_referee"), {**CONFIRMED, "reason": "Bot"})
    decided = browser.post(page(row, "refuse"), {**CONFIRMED, "reason": "Bot"})

    assert (blocked.status_code != 403, decided.status_code != 403) == (may_block, may_decide)
    assert states() == ["REFUSED" if may_decide else "HELD"]
    assert Customer.objects.filter(blocked_at__isnull=False).exists() is may_block


def test_products_are_handed_over(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    mug = Reward.objects.create(
        name="A mug", type=Reward.Type.MATERIAL, product=ProductFactory(), created_at=NOW
    )
    each(friends, mug)
    for referee in ("paul", "pia"):
        row = held(api, friends, referee=referee)
        admin_page.post(page(row, "accept"), {**CONFIRMED, "reason": ""})
    first, second = ReferralReward.objects.order_by("pk")
    assert {first.state, second.state} == {"TO_HAND_OVER"}
    text = text_of(admin_page.get("/admin/referrals/referralreward/", {"state__exact": "TO_HAND_OVER"}))
    assert "A mug" in text

    admin_page.post(page(first, "hand_over"), CONFIRMED)
    chosen = {"action": "hand_over_chosen", "_selected_action": [first.pk, second.pk], "index": "0"}
    admin_page.post("/admin/referrals/referralreward/", chosen)

    assert set(ReferralReward.objects.values_list("state", flat=True)) == {"PAID"}
    assert AuditEntry.objects.filter(action="referral.reward.given").count() == 2
    body = admin_page.get(page(first)).content.decode()
    assert page(first, "hand_over") not in body


def test_a_referral_without_order_or_reward_has_a_page(
    admin_page: Client, api: APIClient, friends: Campaign
) -> None:
    row = held(api, friends, findings=[])
    Referral.objects.filter(pk=row.pk).update(order=None, redemption=None)

    text = text_of(admin_page.get(page(row)))

    assert "Nothing was found." in text
    assert "It brings nobody a reward." in text
