"""The list of referral programmes, the page of one, and what referrals add to the pages of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from commerce.models import Customer, Order
from core import words
from core.models import AuditEntry
from promotions.models import Campaign, Reward, Voucher
from referrals.models import Referral, ReferralProgramme, ReferrerTier
from tests.approvals.asked import say
from tests.approvals.world import person, policy
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CampaignFactory
from tests.referrals.world import NOW, code_of, comes, coupon, each, minimum, programme
from tests.telling import tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]

ROLES = ("Viewer", "Marketer", "Finance")


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    """Rita brought two friends, Rob nobody."""
    made = programme(api, "Friends", delay_days=14, share_url="https://shop.example/?ref={code}")
    each(made, coupon())
    rita = code_of(api, made, "rita")
    code_of(api, made, "rob")
    for friend in ("paul", "paula"):
        answer = comes(api, rita, friend)
        assert answer.status_code == 200, answer.content
    tell(NOW)
    return made


def page(browser: Client, made: Campaign) -> Any:
    return browser.get(reverse("admin:referrals_referralprogramme_change", args=[made.pk]))


def panel(answer: Any, key: str) -> list[list[str]]:
    found = next(one for one in answer.context["page_panels"] if one.key == key)
    return [[str(cell) for cell in row] for row in found.rows]


def change(browser: Client, made: Any, page: str = "referralprogramme", **given: Any) -> Any:
    return browser.post(reverse(f"admin:referrals_{page}_change", args=[made.pk]), given)


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["adminform"].form.errors.items()}


# List -----------------------------------------------------------------------------------------------------
def test_the_list_tells_what_each_brought(admin_page: Client, friends: Campaign) -> None:
    Referral.objects.filter(referee__source_id="paula").update(state=Referral.State.HELD)

    answer = admin_page.get(reverse("admin:referrals_referralprogramme_changelist"))

    (row,) = answer.context["cl"].result_list
    screen = answer.context["cl"].model_admin
    told = [getattr(screen, name)(row) for name in ("referrers", "lately", "held", "waiting")]
    assert told == ["2", "1", "1", "2"]


def test_the_list_asks_the_same_among_many(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            admin_page.get(reverse("admin:referrals_referralprogramme_changelist"))
        return len(asked)

    questions()
    few = questions()
    for number in range(5):
        other = programme(api, f"Other {number}")
        comes(api, code_of(api, other, "rita"), f"friend-{number}")
    tell(NOW)

    assert questions() == few


# Page -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ROLES)
def test_everybody_who_sees_campaigns_sees_all_of_it(
    page_as: Callable[[str], Client], friends: Campaign, role: str
) -> None:
    browser = page_as(role)
    answer = page(browser, friends)

    assert answer.status_code == 200
    (reward,) = panel(answer, "rewards")
    assert reward[2] == "for each referral"
    top, other = panel(answer, "referrers")
    assert top[2:] == ["2", words.NOTHING, words.NOTHING, "2"]
    assert other[2] == "0"
    assert "https://shop.example/?ref=" in top[1]
    assert ["Counts" in row[-1] for row in panel(answer, "referrals")] == [True, True]
    assert ["Referrals: counts", "2"] in panel(answer, "numbers")
    assert "when the code is redeemed" in answer.text
    assert "10" in answer.context["page_lead"]
    for address in ("referralprogramme", "referrertier"):
        assert browser.get(reverse(f"admin:referrals_{address}_changelist")).status_code == 200
    tier = ReferrerTier.objects.get()
    assert browser.get(reverse("admin:referrals_referrertier_change", args=[tier.pk])).status_code == 200


def test_the_page_asks_the_same_among_many(admin_page: Client, api: APIClient, friends: Campaign) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(admin_page, friends)
        return len(asked)

    questions()
    few = questions()
    minimum(friends, coupon("Another"), 5)
    for number in range(6):
        comes(api, code_of(api, friends, f"referrer-{number}"), f"friend-{number}")
    tell(NOW)

    assert questions() == few


def test_settings_change_what_may_change(admin_page: Client, friends: Campaign) -> None:
    answer = change(
        admin_page,
        friends,
        name="Good friends",
        percent_off="15",
        delay_days="30",
        most_rewards="3",
        period="MONTH",
        share_url="",
        conversion="custom_event",
    )

    assert answer.status_code == 302, errors(answer)
    friends.refresh_from_db()
    assert friends.referral == {
        "conversion_event_type": "redemption",
        "delay_days": 30,
        "most_rewards": 3,
        "period": "MONTH",
        "new_customers_only": False,
        "reverse_on_return": False,
    }
    assert friends.discount is not None
    assert (friends.name, friends.discount["percent_off"]) == ("Good friends", 15)
    assert AuditEntry.objects.filter(action="campaign.updated").exists()


def test_nothing_touched_nothing_changed(admin_page: Client, friends: Campaign) -> None:
    before = ReferralProgramme.objects.get(name="Friends")

    answer = change(
        admin_page,
        friends,
        name="Friends",
        percent_off="10",
        delay_days="14",
        period="EVER",
        new_customers_only="on",
        reverse_on_return="on",
        share_url="https://shop.example/?ref={code}",
    )

    assert answer.status_code == 302, errors(answer)
    friends.refresh_from_db()
    assert (friends.referral, friends.discount) == (before.referral, before.discount)
    assert not AuditEntry.objects.filter(action="campaign.updated").exists()


def test_marketers_say_how_suspicious_referrals_are_judged(admin_page: Client, friends: Campaign) -> None:
    given = {"name": "Friends", "percent_off": "10", "delay_days": "14", "period": "EVER"}
    switches = {"new_customers_only": "on", "reverse_on_return": "on"}

    wrong = change(admin_page, friends, **given, **switches, limit_hold_at="200", limit_many="-1")
    assert errors(wrong).keys() == {"limit_many"}
    wrong = change(admin_page, friends, **given, **switches, limit_hold_at="200")
    assert errors(wrong).keys() == {"limit_hold_at"}
    right = change(
        admin_page, friends, **given, **switches, limit_same_address="60", limit_device_keys="device, till"
    )

    assert right.status_code == 302, errors(right)
    friends.refresh_from_db()
    assert (friends.referral or {})["thresholds"] == {
        "same_address": 60,
        "device_keys": ["device", "till"],
    }
    page = reverse("admin:referrals_referralprogramme_change", args=[friends.pk])
    html = admin_page.get(page).content.decode()
    assert "They live at the same address" in html
    assert 'value="60"' in html
    change(admin_page, friends, **given, **switches)
    friends.refresh_from_db()
    assert "thresholds" not in (friends.referral or {})


# Rewards for referrers ------------------------------------------------------------------------------------
def test_adds_changes_and_removes_a_reward(admin_page: Client, friends: Campaign) -> None:
    mug = ProductFactory(name="Mug")
    add = reverse("admin:referrals_referrertier_add")
    given = {
        "campaign": friends.pk,
        "name": "Five friends",
        "criterion": "MINIMUM",
        "minimum": "5",
        "gives": "product",
        "article": f"product:{mug.public_id}",
    }
    assert set(errors(admin_page.post(add, {**given, "article": "", "minimum": ""}))) == {
        "article",
        "minimum",
    }

    answer = admin_page.post(add, given)

    assert answer["Location"].endswith(f"/referralprogramme/{friends.pk}/change/#rewards")
    tier = ReferrerTier.objects.get(name="Five friends")
    assert (tier.minimum, tier.reward.product) == (5, mug)
    known = Reward.objects.get(name="A coupon")
    changed = {"name": "Each friend", "criterion": "EACH", "minimum": "5", "reward_known": known.pk}
    change(admin_page, tier, "referrertier", **changed)
    tier.refresh_from_db()
    assert (tier.name, tier.criterion, tier.minimum, tier.reward) == ("Each friend", "EACH", 1, known)

    admin_page.post(reverse("admin:referrals_referrertier_delete", args=[tier.pk]), {"post": "yes"})
    tier.refresh_from_db()
    assert tier.deleted_at == NOW


def test_a_new_reward_that_somebody_has_to_allow_is_made_with_the_yes(
    page_as: Callable[[str], Client], friends: Campaign
) -> None:
    policy("Finance", name="Referrals", operations=["campaigns.update"])
    coupons = CampaignFactory(name="Coupons", type=Campaign.Type.AUTO_UPDATE)
    given = {
        "campaign": friends.pk,
        "name": "Five friends",
        "criterion": "MINIMUM",
        "minimum": "5",
        "gives": "coupon",
        "given_campaign": f"campaign:{coupons.public_id}",
    }

    answer = page_as("Marketer").post(reverse("admin:referrals_referrertier_add"), given)

    request = ApprovalRequest.objects.get()
    assert answer["Location"] == reverse("admin:approvals_approvalrequest_change", args=[request.pk])
    assert not Reward.objects.filter(name="Five friends").exists()
    say(request, person("fay", "Finance"), "APPROVE", NOW)
    tier = ReferrerTier.objects.get(name="Five friends")
    assert tier.reward.campaign == coupons


# Around ---------------------------------------------------------------------------------------------------
def test_a_programme_is_found_among_campaigns(admin_page: Client, friends: Campaign) -> None:
    assert "Referral programme" in admin_page.get(reverse("admin:promotions_campaign_changelist")).text

    answer = admin_page.get(reverse("admin:promotions_campaign_change", args=[friends.pk]))

    assert answer["Location"] == reverse("admin:referrals_referralprogramme_change", args=[friends.pk])


def test_pages_of_others_tell_of_referrals(admin_page: Client, friends: Campaign) -> None:
    rita, paul = (Customer.objects.get(source_id=name) for name in ("rita", "paul"))
    code = Voucher.objects.get(holder=rita)
    order = Order.objects.get(source_id__startswith="order-paul-")

    def told(name: str, row: Any) -> list[list[str]]:
        return panel(admin_page.get(reverse(f"admin:{name}_change", args=[row.pk])), "referrals")

    assert len(told("commerce_customer", rita)) == 2
    assert len(told("commerce_customer", paul)) == 1
    assert len(told("promotions_voucher", code)) == 2
    voucher = admin_page.get(reverse("admin:promotions_voucher_change", args=[code.pk]))
    assert f"https://shop.example/?ref={code.code}" in panel(voucher, "share")[0][0]
    assert "Friends" in told("commerce_order", order)[0][0]
