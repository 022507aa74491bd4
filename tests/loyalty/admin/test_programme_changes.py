"""What people change of a programme in the admin: through services, so somebody may have to say yes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import ApprovalRequest
from core.models import AuditEntry
from loyalty.models import EarningRule, LoyaltyCard, LoyaltyTier, Programme, TierMapping
from promotions.models import Campaign, Lifecycle, Reward, RewardAssignment, Voucher
from tests.approvals.world import policy
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, ProductFactory
from tests.factories.promotions import CampaignFactory
from tests.loyalty.members import programme, tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]

NEW: dict[str, Any] = {
    "name": "Coffee Club",
    "earn_points": "1",
    "earn_every": "1.00",
    "initial_points": "50",
    "pending_days": "14",
    "auto_join": "on",
    "expiry_kind": "MONTH",
    "expiry_months": "12",
    "expiry_rounding": "END_OF_MONTH",
    "tier_1_name": "Bronze",
    "tier_1_from": "0",
    "tier_1_times": "1",
    "tier_2_name": "Silver",
    "tier_2_from": "1000",
    "tier_2_times": "1.25",
    "tier_3_name": "",
    "tier_metric": "POINTS_IN_PERIOD",
    "tier_period": "YEAR",
    "tier_starts": "IMMEDIATE",
    "tier_until": "END_OF_NEXT_PERIOD",
    "coin_name": "Pay with points",
    "coin_points": "100",
    "coin_amount": "1.00",
}
SETTINGS: dict[str, Any] = {
    "name": "Coffee Club",
    "initial_points": "75",
    "expiry_kind": "NEVER",
    "tier_metric": "BALANCE",
    "tier_held": "BALANCE_DROP",
    "tier_months": "12",
    "reverse_on_return": "on",
    "debts": "ALLOW",
}
RULE: dict[str, Any] = {
    "trigger": "order.paid",
    "counts": "FIXED",
    "points": "20",
    "every_number": "1",
    "expiry_kind": "PROGRAMME",
}


@pytest.fixture
def club() -> Campaign:
    return programme("Coffee Club")


def add(browser: Client, page: str, **given: Any) -> Any:
    return browser.post(reverse(f"admin:{page}_add"), given)


def change(browser: Client, page: str, row: Any, **given: Any) -> Any:
    return browser.post(reverse(f"admin:{page}_change", args=[row.pk]), given)


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["adminform"].form.errors.items()}


# A whole programme ----------------------------------------------------------------------------------------
def test_one_form_makes_a_draft_with_everything(admin_page: Client) -> None:
    answer = add(admin_page, "loyalty_programme", **NEW)

    made = Programme.objects.get()
    assert answer["Location"] == reverse("admin:loyalty_programme_change", args=[made.pk])
    assert (made.is_draft, made.type) == (True, Campaign.Type.AUTO_UPDATE)
    assert made.loyalty == {
        "points": 50,
        "auto_join": True,
        "expiration_rules": {"period_type": "MONTH", "period_value": 12, "rounding_type": "END_OF_MONTH"},
        "tiers_expiration": {
            "qualification_type": "POINTS_IN_PERIOD",
            "qualification_period": "YEAR",
            "start_date": {"type": "IMMEDIATE"},
            "expiration_date": {"type": "END_OF_NEXT_PERIOD"},
        },
        "counts": {"additions": False, "transfers": False},
        "reverse_on_return": True,
        "debts": "WRITE_OFF",
    }
    rule = EarningRule.objects.get()
    assert rule.loyalty["order"] == {"total_amount": {"every": 100, "points": 1}}
    assert rule.pending_days == 14
    tiers = LoyaltyTier.objects.order_by("points_from").values_list("name", "points_from", "points_to")
    assert list(tiers) == [("Bronze", 0, 999), ("Silver", 1000, None)]
    assert TierMapping.objects.get().multiplier == Decimal("1.25")
    coin = RewardAssignment.objects.get()
    assert (coin.points, coin.reward.points_ratio, coin.reward.exchange_ratio) == (None, 100, Decimal(1))
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name": ""}, {"name"}),
        ({"earn_every": "0"}, {"earn_every"}),
        ({"earn_points": "0"}, {"earn_points"}),
        ({"tier_2_from": "0"}, {"tier_2_from"}),
        ({"tier_2_from": ""}, {"tier_2_from"}),
        ({"coin_points": ""}, {"coin_points"}),
        ({"coupon_name": "5 off", "coupon_price": "200"}, {"coupon_campaign"}),
        ({"gift_name": "10", "gift_price": "5"}, {"gift_campaign", "gift_credits"}),
        ({"product_name": "Mug", "product_price": ""}, {"product_price", "product_article"}),
        ({"pending_days": "91"}, {"pending_days"}),
    ],
)
def test_the_form_says_what_is_missing(admin_page: Client, given: dict[str, str], wrong: set[str]) -> None:
    answer = add(admin_page, "loyalty_programme", **{**NEW, **given})

    assert set(errors(answer)) == wrong
    assert not Campaign.objects.exists()


def test_all_of_it_or_nothing(admin_page: Client) -> None:
    """A programme cannot give points of itself; a coupon of a programme is no coupon."""
    other = programme("Other")
    coupon = {"coupon_name": "5 off", "coupon_price": "5", "coupon_campaign": f"campaign:{other.public_id}"}

    answer = add(admin_page, "loyalty_programme", **{**NEW, **coupon})

    assert answer.status_code == 200
    assert set(Campaign.objects.values_list("name", flat=True)) == {"Other"}
    assert not EarningRule.objects.exists()
    assert not Reward.objects.exists()


def test_a_draft_is_launched_paused_and_resumed(admin_page: Client, press: Callable[..., Any]) -> None:
    add(admin_page, "loyalty_programme", **NEW)
    made = Programme.objects.get()

    for button, lifecycle in (
        ("launch", Lifecycle.LIVE),
        ("pause", Lifecycle.PAUSED),
        ("resume", Lifecycle.LIVE),
    ):
        press(made, button)
        made.refresh_from_db()
        assert made.lifecycle == lifecycle, button
    assert Voucher.objects.filter(campaign=made.pk).count() == 100


def test_a_customer_gets_a_card(admin_page: Client, press: Callable[..., Any]) -> None:
    add(admin_page, "loyalty_programme", **NEW)
    made = Programme.objects.get()
    press(made, "launch")
    anna = CustomerFactory(name="Anna Arendt")

    press(made, "add_member", customer=f"customer:{anna.public_id}")

    card = LoyaltyCard.objects.get()
    assert (card.balance, card.voucher.holder_id) == (50, anna.pk)


def test_settings_go_through_the_service(admin_page: Client, club: Campaign) -> None:
    answer = change(admin_page, "loyalty_programme", club, **SETTINGS)

    assert answer.status_code == 302, errors(answer)
    club.refresh_from_db()
    assert club.loyalty is not None
    assert (club.loyalty["points"], club.loyalty["debts"]) == (75, "ALLOW")
    assert AuditEntry.objects.filter(action="campaign.updated").exists()


# Earning rules --------------------------------------------------------------------------------------------
def test_adds_switches_and_deletes_a_rule(
    admin_page: Client, press: Callable[..., Any], club: Campaign
) -> None:
    answer = add(admin_page, "loyalty_earningrule", campaign=club.pk, **RULE)

    assert answer["Location"].endswith(f"/programme/{club.pk}/change/#rules")
    rule = EarningRule.objects.get()
    assert (rule.loyalty, rule.is_active) == ({"type": "FIXED", "points": 20}, True)
    press(rule, "disable")
    rule.refresh_from_db()
    assert not rule.is_active
    press(rule, "enable")
    rule.refresh_from_db()
    assert rule.is_active
    press(rule, "put_away_action")
    rule.refresh_from_db()
    assert rule.deleted_at == NOW


def test_a_change_says_only_what_was_touched(admin_page: Client, club: Campaign) -> None:
    add(admin_page, "loyalty_earningrule", campaign=club.pk, **RULE)
    rule = EarningRule.objects.get()

    change(admin_page, "loyalty_earningrule", rule, **{**RULE, "points": "30"})

    rule.refresh_from_db()
    assert rule.loyalty == {"type": "FIXED", "points": 30}
    assert rule.event == "order.paid"


def test_somebody_has_to_say_yes_to_a_rule_of_a_running_programme(
    page_as: Callable[[str], Client], club: Campaign
) -> None:
    policy("Finance", name="Points", operations=["campaigns.update"])
    marketer = page_as("Marketer")

    answer = add(marketer, "loyalty_earningrule", campaign=club.pk, **RULE)

    request = ApprovalRequest.objects.get()
    assert answer["Location"] == reverse("admin:approvals_approvalrequest_change", args=[request.pk])
    assert not EarningRule.objects.exists()


# Tiers ----------------------------------------------------------------------------------------------------
def test_adds_a_tier_with_what_it_changes(admin_page: Client, club: Campaign) -> None:
    add(admin_page, "loyalty_earningrule", campaign=club.pk, **RULE)
    rule = EarningRule.objects.get()

    answer = add(
        admin_page,
        "loyalty_loyaltytier",
        campaign=club.pk,
        name="Gold",
        points_from="1000",
        **{f"earning-{rule.public_id}-type": "MULTIPLY", f"earning-{rule.public_id}-number": "1,5"},
    )

    assert answer["Location"].endswith("#tiers")
    mapping = TierMapping.objects.get()
    assert (mapping.tier.name, mapping.type, mapping.multiplier) == ("Gold", "MULTIPLY", Decimal("1.5"))
    change(
        admin_page,
        "loyalty_loyaltytier",
        mapping.tier,
        name="Gold",
        points_from="1000",
        **{f"earning-{rule.public_id}-type": "", f"earning-{rule.public_id}-number": ""},
    )
    assert not TierMapping.objects.exists()


def test_tiers_that_overlap_are_refused_with_the_way_out(admin_page: Client, club: Campaign) -> None:
    tier(club, "Silver", 0)

    answer = add(admin_page, "loyalty_loyaltytier", campaign=club.pk, name="Gold", points_from="1000")

    assert errors(answer) == {
        "__all__": ["The points of Silver and Gold overlap: end Silver at 999 or below."]
    }
    assert LoyaltyTier.objects.count() == 1


@pytest.mark.parametrize("number", ["", "many", "-1", "NaN"])
def test_a_mapping_needs_a_number(admin_page: Client, club: Campaign, number: str) -> None:
    add(admin_page, "loyalty_earningrule", campaign=club.pk, **RULE)
    rule = EarningRule.objects.get()
    key = f"earning-{rule.public_id}"

    answer = add(
        admin_page,
        "loyalty_loyaltytier",
        campaign=club.pk,
        name="Gold",
        points_from="1000",
        **{f"{key}-type": "MULTIPLY", f"{key}-number": number},
    )

    assert list(errors(answer)) == ["earning"]
    assert not LoyaltyTier.objects.exists()


# Rewards --------------------------------------------------------------------------------------------------
def test_offers_a_new_reward_and_one_of_the_catalogue(admin_page: Client, club: Campaign) -> None:
    mug = ProductFactory(name="Mug")
    answer = add(
        admin_page,
        "promotions_rewardassignment",
        campaign=club.pk,
        gives="product",
        name="A mug",
        article=f"product:{mug.public_id}",
        points="150",
        stock="10",
    )
    assert answer["Location"].endswith("#rewards"), errors(answer)
    row = RewardAssignment.objects.get()
    assert (row.reward.name, row.reward.product, row.points, row.stock) == ("A mug", mug, 150, 10)

    other = programme("Other")
    known = {"campaign": other.pk, "reward_known": row.reward.pk, "gives": "coupon", "points": "200"}
    add(admin_page, "promotions_rewardassignment", **known)
    assert Reward.objects.count() == 1
    assert RewardAssignment.objects.get(campaign=other).points == 200
    again = add(admin_page, "promotions_rewardassignment", **known)
    assert again.status_code == 200
    assert RewardAssignment.objects.count() == 2


def test_prices_change_and_rewards_are_taken_out(
    admin_page: Client, press: Callable[..., Any], club: Campaign
) -> None:
    reward = Reward.objects.create(
        name="Five", type=Reward.Type.CAMPAIGN, campaign=CampaignFactory(), created_at=NOW
    )
    row = RewardAssignment.objects.create(reward=reward, campaign=club, points=5, created_at=NOW)

    change(admin_page, "promotions_rewardassignment", row, points="7", limit_per_card="2", auto_redeem="on")
    row.refresh_from_db()
    assert (row.points, row.limit_per_card, row.auto_redeem) == (7, 2, True)
    RewardAssignment.objects.filter(pk=row.pk).update(is_blocked=True)
    press(row, "unblock")
    row.refresh_from_db()
    assert not row.is_blocked
    press(row, "take_out")
    row.refresh_from_db()
    assert row.deleted_at == NOW


def test_the_catalogue_keeps_rewards(admin_page: Client) -> None:
    answer = add(
        admin_page, "promotions_reward", gives="coin", name="Pay", coin_points="100", coin_amount="2.50"
    )
    assert answer.status_code == 302, errors(answer)
    reward = Reward.objects.get()
    assert (reward.points_ratio, reward.exchange_ratio) == (100, Decimal("2.5"))

    change(admin_page, "promotions_reward", reward, name="Pay", coin_points="100", coin_amount="3", stock="9")
    reward.refresh_from_db()
    assert (reward.exchange_ratio, reward.stock) == (Decimal(3), 9)
    wrong = add(admin_page, "promotions_reward", gives="gift", name="Ten")
    assert set(errors(wrong)) == {"given_campaign", "credits"}
