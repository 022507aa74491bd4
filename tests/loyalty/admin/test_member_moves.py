"""Points moved by hand in the admin: looked at first, then confirmed, and asked for by who may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import ApprovalRequest
from core.actors import Actor
from loyalty.models import LoyaltyCard, PendingPoints, PointsTransaction
from loyalty.services import ledger, pending
from tests.conftest import NOW
from tests.loyalty.members import member, programme, tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]
GOODWILL = {"direction": "add", "points": "150", "reason": "Late delivery", "expires": "PROGRAM_RULES"}


@pytest.fixture
def anna() -> LoyaltyCard:
    club = programme("Coffee Club")
    tier(club, "Gold", 100)
    return member(club, "ANNA")


def send(browser: Client, card: LoyaltyCard, page: str, button: str, **given: Any) -> Any:
    url = reverse(f"admin:loyalty_loyaltycard_{page}_page", args=[card.pk])
    return browser.post(url, {**given, button: "1"})


def balance(card: LoyaltyCard) -> int:
    return LoyaltyCard.objects.get(pk=card.pk).balance


def test_looking_says_what_will_happen_and_changes_nothing(admin_page: Client, anna: LoyaltyCard) -> None:
    answer = send(admin_page, anna, "adjust", "_look", **GOODWILL)

    assert answer.context["preview"][:2] == [
        "The balance goes from 0 to 150 points.",
        "The tier changes from none to Gold.",
    ]
    assert (balance(anna), PointsTransaction.objects.count()) == (0, 0)


def test_confirming_does_it(admin_page: Client, anna: LoyaltyCard) -> None:
    answer = send(admin_page, anna, "adjust", "_do", **GOODWILL)

    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/{anna.pk}/change/#statement")
    line = PointsTransaction.objects.get()
    assert (line.amount, line.reason, line.balance) == (150, "Late delivery", 150)


def test_a_refusal_is_said_and_nothing_is_written(admin_page: Client, anna: LoyaltyCard) -> None:
    for button in ("_look", "_do"):
        answer = send(
            admin_page, anna, "adjust", button, direction="remove", points="5", reason="Typed wrong"
        )

        assert answer.status_code == 200
        assert answer.context["is_refused"]
        assert "5 points were asked for, 0 are there" in answer.context["preview"][0]
    assert balance(anna) == 0


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"points": "0"}, "points"),
        ({"points": "many"}, "points"),
        ({"reason": ""}, "reason"),
        ({"expires": "CUSTOM_DATE"}, "expires_on"),
        ({"expires": "CUSTOM_DATE", "expires_on": "never"}, "expires_on"),
    ],
)
def test_says_what_is_missing(
    admin_page: Client, anna: LoyaltyCard, given: dict[str, str], wrong: str
) -> None:
    answer = send(admin_page, anna, "adjust", "_do", **{**GOODWILL, **given})

    assert list(answer.context["form"].errors) == [wrong]
    assert balance(anna) == 0


def test_support_asks_and_somebody_else_says_yes(
    page_as: Callable[[str], Client], admin_page: Client, anna: LoyaltyCard
) -> None:
    support = page_as("Support")

    looked = send(support, anna, "adjust", "_look", **GOODWILL)
    assert "has to say yes first" in looked.context["preview"][0]
    assert not ApprovalRequest.objects.exists()
    asked = send(support, anna, "adjust", "_do", **GOODWILL)

    request = ApprovalRequest.objects.get()
    assert (request.operation, asked.status_code) == ("loyalty_cards.adjust", 302)
    assert balance(anna) == 0
    page = admin_page.get(asked["Location"]).content.decode()
    assert "Adds 150 points" in page
    assert "Late delivery" in page


def test_moves_points_to_another_card(admin_page: Client, anna: LoyaltyCard) -> None:
    ben = member(programme("Other"), "BEN")
    send(admin_page, anna, "adjust", "_do", **GOODWILL)

    looked = send(admin_page, anna, "transfer", "_look", to="BEN", points="60", reason="Family")
    assert looked.context["preview"][:2] == [
        "The balance goes from 150 to 90 points.",
        "The tier changes from Gold to none.",
    ]
    assert (balance(anna), balance(ben)) == (150, 0)
    send(admin_page, anna, "transfer", "_do", to="BEN", points="60", reason="Family")

    assert (balance(anna), balance(ben)) == (90, 60)


def test_a_card_that_is_not_there_gets_nothing(admin_page: Client, anna: LoyaltyCard) -> None:
    send(admin_page, anna, "adjust", "_do", **GOODWILL)

    answer = send(admin_page, anna, "transfer", "_do", to="NOBODY", points="60", reason="Family")

    assert answer.context["is_refused"]
    assert balance(anna) == 150


@pytest.fixture
def waiting(anna: LoyaltyCard) -> PendingPoints:
    return pending.add(
        card=ledger.locked(anna.pk),
        points=40,
        activates_on=date(2026, 3, 24),
        actor=Actor.system("tests"),
        now=NOW,
    )


def test_pending_points_are_made_usable_or_cancelled(
    press: Callable[..., Any], anna: LoyaltyCard, waiting: PendingPoints
) -> None:
    answer = press(waiting, "activate")

    assert answer["HX-Redirect"].endswith(f"/{anna.pk}/change/#statement")
    assert balance(anna) == 40
    press(waiting, "cancel")
    waiting.refresh_from_db()
    assert waiting.state == PendingPoints.State.ACTIVATED


def test_cancelled_points_never_come(
    press: Callable[..., Any], anna: LoyaltyCard, waiting: PendingPoints
) -> None:
    press(waiting, "cancel")

    waiting.refresh_from_db()
    assert waiting.state == PendingPoints.State.CANCELED
    assert LoyaltyCard.objects.get(pk=anna.pk).pending_points == 0
