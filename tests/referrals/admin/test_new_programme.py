"""A whole referral programme on one form: a draft with its discount, conditions and rewards, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from promotions.models import Campaign, Lifecycle, Reward, ValidationRule, Voucher
from referrals.models import ReferralProgramme, ReferrerTier
from tests.factories.commerce import CustomerFactory, ProductFactory
from tests.factories.promotions import CampaignFactory
from tests.loyalty.members import programme as club

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]

NEW: dict[str, Any] = {
    "name": "Friends",
    "has_discount": "on",
    "discount_type": "PERCENT",
    "percent_off": "10",
    "conversion": "order_paid",
    "new_customers_only": "on",
    "reverse_on_return": "on",
    "is_once": "on",
    "delay_days": "14",
    "most_rewards": "5",
    "period": "MONTH",
    "share_url": "https://shop.example/?ref={code}",
}


def add(browser: Client, **given: Any) -> Any:
    return browser.post(reverse("admin:referrals_referralprogramme_add"), {**NEW, **given})


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["adminform"].form.errors.items()}


def test_one_form_makes_a_draft_with_everything(admin_page: Client) -> None:
    coffee = club("Coffee Club")
    mug = ProductFactory(name="Mug")

    answer = add(
        admin_page,
        reward_1_gives="points",
        reward_1_campaign=f"campaign:{coffee.public_id}",
        reward_1_points="100",
        reward_1_when="each",
        reward_2_gives="product",
        reward_2_article=f"product:{mug.public_id}",
        reward_2_when="minimum",
        reward_2_minimum="5",
    )

    assert answer.status_code == 302, errors(answer)
    made = ReferralProgramme.objects.get(name="Friends")
    assert answer["Location"] == reverse("admin:referrals_referralprogramme_change", args=[made.pk])
    assert (made.is_draft, made.type, made.join_once) == (True, Campaign.Type.AUTO_UPDATE, True)
    assert made.discount is not None
    assert (made.discount["type"], made.discount["percent_off"]) == ("PERCENT", 10)
    assert made.referral == {
        "conversion_event_type": "order_paid",
        "delay_days": 14,
        "most_rewards": 5,
        "period": "MONTH",
        "new_customers_only": True,
        "reverse_on_return": True,
        "share_url": "https://shop.example/?ref={code}",
    }
    tiers = ReferrerTier.objects.order_by("pk").values_list("name", "criterion", "minimum", "reward__name")
    assert list(tiers) == [
        ("Each referral: 100 points of Coffee Club", "EACH", 1, "100 points of Coffee Club"),
        ("5 referrals: Mug", "MINIMUM", 5, "Mug"),
    ]
    rule = ValidationRule.objects.get()
    assert rule.rules["1"] == {
        "name": "campaign.redemptions.customers_count",
        "conditions": {"$less_than_or_equal": [1]},
    }
    assert rule.assignments.get().campaign_id == made.pk
    assert not Voucher.objects.exists()


def test_a_friend_gets_credits_and_no_discount(admin_page: Client) -> None:
    cards = CampaignFactory(
        name="Gift cards",
        campaign_type=Campaign.CampaignType.GIFT_VOUCHERS,
        discount=None,
        gift={"amount": 1000, "effect": "APPLY_TO_ORDER"},
    )
    card = f"campaign:{cards.public_id}"

    answer = add(
        admin_page,
        has_discount="",
        is_once="",
        friend_gets="credits",
        friend_card=card,
        friend_credits="12.50",
        conversion="custom_event",
        event_name="signed_up",
    )

    assert answer.status_code == 302, errors(answer)
    made = ReferralProgramme.objects.get(name="Friends")
    assert made.referral is not None
    assert made.referral["custom_event"] == {"name": "signed_up"}
    assert (made.referral["referee_reward"]["type"], made.referral["referee_reward"]["amount"]) == (
        "GIFT_VOUCHER",
        1250,
    )
    assert not ValidationRule.objects.exists()
    text = admin_page.get(answer["Location"]).text
    assert "12.50" in text
    assert "id_discount_type" not in text


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name": ""}, {"name"}),
        ({"percent_off": ""}, {"percent_off"}),
        ({"delay_days": ""}, {"delay_days"}),
        ({"delay_days": "366"}, {"delay_days"}),
        ({"most_rewards": "0"}, {"most_rewards"}),
        ({"conversion": "custom_event"}, {"event_name"}),
        ({"friend_gets": "points"}, {"friend_card", "friend_points"}),
        ({"reward_1_gives": "gift", "reward_1_when": "each"}, {"reward_1_campaign", "reward_1_credits"}),
        (
            {"reward_2_gives": "product", "reward_2_when": "minimum"},
            {"reward_2_article", "reward_2_minimum"},
        ),
        ({"share_url": "https://shop.example/"}, {"share_url"}),
        ({"share_url": "javascript:{code}"}, {"share_url"}),
        ({"code_uses": "0"}, {"code_uses"}),
    ],
)
def test_the_form_says_what_is_missing(admin_page: Client, given: dict[str, str], wrong: set[str]) -> None:
    answer = add(admin_page, **given)

    assert set(errors(answer)) == wrong
    assert not Campaign.objects.exists()


def test_all_of_it_or_nothing(admin_page: Client) -> None:
    """Points of a campaign that has coupons cannot be given."""
    coupons = CampaignFactory(name="Coupons")

    answer = add(
        admin_page,
        friend_gets="points",
        friend_points="5",
        friend_card=f"campaign:{coupons.public_id}",
        reward_1_gives="coupon",
        reward_1_campaign=f"campaign:{coupons.public_id}",
        reward_1_when="each",
    )

    assert answer.status_code == 200
    assert "no codes of type" in answer.text
    assert list(Campaign.objects.all()) == [coupons]
    assert not Reward.objects.exists()


@pytest.mark.parametrize(
    ("preset", "field", "value"),
    [
        ("both", "reward_1_points", 100),
        ("friend", "reward_1_points", None),
        ("referrer", "has_discount", False),
        ("milestones", "reward_3_minimum", 10),
        ("no-such", "reward_1_points", 100),
    ],
)
def test_a_preset_fills_the_form(admin_page: Client, preset: str, field: str, value: object) -> None:
    page = admin_page.get(reverse("admin:referrals_referralprogramme_add"), {"preset": preset})

    form = page.context["adminform"].form
    assert form.get_initial_for_field(form.fields[field], field) == value
    assert form.get_initial_for_field(form.fields["delay_days"], "delay_days") == 14
    assert "?preset=milestones" in page.text or preset == "milestones"


def test_a_draft_is_launched_paused_resumed_and_gives_codes(
    admin_page: Client, press: Callable[..., Any]
) -> None:
    add(admin_page)
    made = ReferralProgramme.objects.get(name="Friends")

    for button, lifecycle in (
        ("launch", Lifecycle.LIVE),
        ("pause", Lifecycle.PAUSED),
        ("resume", Lifecycle.LIVE),
    ):
        press(made, button)
        made.refresh_from_db()
        assert made.lifecycle == lifecycle, button
    rita = CustomerFactory(name="Rita")
    press(made, "give_code", customer=f"customer:{rita.public_id}")
    code = Voucher.objects.get(holder=rita).code

    page = admin_page.get(reverse("admin:referrals_referralprogramme_change", args=[made.pk])).text
    assert f"https://shop.example/?ref={code}" in page

    press(made, "clone", name="Friends again")
    copy = ReferralProgramme.objects.get(name="Friends again")
    assert (copy.is_draft, copy.referral) == (True, made.referral)
    press(made, "to_bin")
    made.refresh_from_db()
    assert made.deleted_at is not None
