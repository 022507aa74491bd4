"""The page "What would this order earn?": baskets, stored orders, and why one earned nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from commerce.models import Customer, Order
from loyalty.models import Earning, EarningRule, LoyaltyCard, PointsTransaction, RewardRedemption
from promotions.models import Campaign, Redemption, Reward, RewardAssignment
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, OrderFactory, ProductFactory
from tests.loyalty.members import member, programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]
PER_EURO = {
    "type": "PROPORTIONAL",
    "calculation_type": "ORDER_TOTAL_AMOUNT",
    "order": {"total_amount": {"every": 100, "points": 1}},
}


@pytest.fixture
def anna() -> Customer:
    return CustomerFactory(name="Anna Arendt")


@pytest.fixture
def card(anna: Customer) -> LoyaltyCard:
    club = programme("Coffee Club")
    EarningRule.objects.create(campaign=club, event="order.paid", loyalty=PER_EURO, created_at=NOW)
    return member(club, "ANNA", anna)


def ask(browser: Client, **question: Any) -> list[tuple[str, str]]:
    """What each answer says, and its note."""
    answer = browser.get(reverse("admin:loyalty_estimate", query={"asked": "1", **question}))
    assert answer.status_code == 200
    return [(one.title, one.note) for one in answer.context["answers"]]


def test_says_what_a_basket_would_earn(admin_page: Client, anna: Customer, card: LoyaltyCard) -> None:
    beans = ProductFactory(name="Beans", price=1250)
    picked = f"customer:{anna.public_id}"

    assert ask(admin_page, customer=picked, item=f"product:{beans.public_id}", units="2", price="") == [
        ("Coffee Club: it would earn 25 points.", "")
    ]
    assert ask(admin_page, customer=picked, amount="9.99") == [("Coffee Club: it would earn 9 points.", "")]
    assert not Earning.objects.exists()
    assert not PointsTransaction.objects.exists()


def test_says_why_somebody_gets_nothing(admin_page: Client, card: LoyaltyCard) -> None:
    ben = CustomerFactory(name="Ben Bauer")

    ((title, note),) = ask(admin_page, customer=f"customer:{ben.public_id}", amount="9.99")

    assert title == "Coffee Club: nothing."
    assert "no member" in note


def test_says_why_an_order_earned_so_much(admin_page: Client, anna: Customer, card: LoyaltyCard) -> None:
    order = OrderFactory(source_id="A-1", customer=anna, status=Order.Status.PAID)
    Earning.objects.create(
        rule=EarningRule.objects.get(),
        card=card,
        cause_type=Earning.Cause.ORDER,
        cause_id=order.public_id,
        order=order,
        points=42,
        reversed_points=2,
        basis={"points": 1, "metric": "ORDER_TOTAL_AMOUNT", "steps": 42, "every": 100, "value": 4270},
        day=NOW.date(),
        created_at=NOW,
    )

    said = ask(admin_page, order="A-1")

    assert said[0] == ("Order A-1 earned 42 points. 2 points of them were taken back.", "")
    page = admin_page.get(reverse("admin:loyalty_estimate", query={"order": order.public_id}))
    text = page.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "1 point for every 1.00 EUR paid after discounts: 42.70 EUR" in text


def test_says_why_an_order_earned_nothing(admin_page: Client, anna: Customer, card: LoyaltyCard) -> None:
    order = OrderFactory(source_id="A-2", customer=anna, status=Order.Status.CREATED)

    said = ask(admin_page, order=order.public_id)

    assert said[0] == (
        "Order A-2 earned no points.",
        "Points are given when an order is paid; this one is created.",
    )


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ({}, {"order", "customer"}),
        ({"amount": "5"}, {"customer"}),
        ({"order": "no-such-order"}, {"order"}),
        ({"amount": "much"}, {"amount"}),
    ],
)
def test_says_what_is_missing(
    admin_page: Client, card: LoyaltyCard, question: dict[str, str], wrong: set[str]
) -> None:
    answer = admin_page.get(reverse("admin:loyalty_estimate", query={"asked": "1", **question}))

    assert set(answer.context["form"].errors) == wrong
    assert answer.context["answers"] == []


# Rewards to hand over -------------------------------------------------------------------------------------
@pytest.fixture
def waiting(card: LoyaltyCard, anna: Customer) -> RewardRedemption:
    reward = Reward.objects.create(
        name="Mug", type=Reward.Type.MATERIAL, product=ProductFactory(), created_at=NOW
    )
    campaign = Campaign.objects.get(pk=card.campaign_id)
    offered = RewardAssignment.objects.create(reward=reward, campaign=campaign, points=5, created_at=NOW)
    redemption = Redemption.objects.create(
        voucher_id=card.pk,
        voucher_code="ANNA",
        campaign=campaign,
        customer=anna,
        result=Redemption.Result.SUCCESS,
        status=Redemption.Status.SUCCEEDED,
        related_object_type=Redemption.RelatedObject.VOUCHER,
        redeemed_at=NOW,
    )
    return RewardRedemption.objects.create(
        redemption=redemption,
        card=card,
        reward=reward,
        assignment=offered,
        points=5,
        state=RewardRedemption.State.PENDING,
        created_at=NOW,
    )


def test_a_reward_is_handed_over_once(press: Callable[..., Any], waiting: RewardRedemption) -> None:
    press(waiting, "hand_over")

    waiting.refresh_from_db()
    assert waiting.state == RewardRedemption.State.COMPLETED
    again = press(waiting, "hand_over")
    assert again["HX-Redirect"].endswith(f"/{waiting.pk}/change/")


def test_several_are_handed_over_from_the_list(admin_page: Client, waiting: RewardRedemption) -> None:
    url = reverse("admin:loyalty_rewardredemption_changelist")

    admin_page.post(url, {"action": "hand_over_chosen", "_selected_action": [waiting.pk]})

    waiting.refresh_from_db()
    assert waiting.state == RewardRedemption.State.COMPLETED


def test_the_list_waits_in_words(admin_page: Client, waiting: RewardRedemption) -> None:
    url = reverse("admin:loyalty_rewardredemption_changelist")

    assert "To be handed over" in admin_page.get(url, {"state__exact": "PENDING"}).content.decode()
    assert "Mug" not in admin_page.get(url, {"state__exact": "COMPLETED"}).content.decode()
