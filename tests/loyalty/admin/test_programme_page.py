"""The list of programmes and the page of one: numbers, rules, the ladder, rewards, settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from loyalty.admin.forms.programmes import ProgrammeForm
from loyalty.models import EarningRule, Programme, TierMapping
from promotions.models import Campaign, Reward, RewardAssignment
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory
from tests.loyalty.books import Account, Type, ended_lot, line, pays_with_points
from tests.loyalty.members import holds, member, programme, tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]

PER_EURO = {
    "type": "PROPORTIONAL",
    "calculation_type": "ORDER_TOTAL_AMOUNT",
    "order": {"total_amount": {"every": 100, "points": 1}},
}


@pytest.fixture
def club() -> Campaign:
    made = programme(
        "Coffee Club",
        points=50,
        expiration_rules={"period_type": "MONTH", "period_value": 12},
        auto_join=True,
    )
    rule = EarningRule.objects.create(
        campaign=made, event="order.paid", loyalty=PER_EURO, created_at=NOW, pending_days=14
    )
    gold = tier(made, "Gold", 1000)
    tier(made, "Silver", 0, 999)
    TierMapping.objects.create(
        tier=gold, earning_rule=rule, type=TierMapping.Type.MULTIPLY, multiplier=Decimal("1.5")
    )
    pays_with_points(made, "1", 100, name="Pay with points")
    mug = Reward.objects.create(
        name="Mug", type=Reward.Type.MATERIAL, product=ProductFactory(name="Enamel mug"), created_at=NOW
    )
    RewardAssignment.objects.create(
        reward=mug, campaign=made, points=150, stock=10, redeemed=3, created_at=NOW
    )
    card = member(made, "ANNA")
    line(card, Type.ACCRUAL, 1_300, date(2026, 3, 3))
    line(card, Type.REDEMPTION, -120, date(2026, 3, 4), account=Account.SPENT)
    ended_lot(card, date(2026, 4, 30), earned=1_180, expired=0, left=1_180)
    holds(card, gold, since=date(2026, 3, 3))
    return made


def page(of: Campaign) -> str:
    return reverse("admin:loyalty_programme_change", args=[of.pk])


def text(answer: Any) -> str:
    return str(answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


def test_says_how_it_stands(admin_page: Client, club: Campaign) -> None:
    answer = admin_page.get(page(club))

    facts = {
        fact.title: (fact.value, fact.note.replace("\N{NO-BREAK SPACE}", " "))
        for fact in answer.context["page_facts"]
    }
    assert facts == {
        "Members": ("1", "customers who hold a card"),
        "Outstanding points": ("1,180", "worth 11.80 EUR"),
        "Earned this month": ("1,300", ""),
        "Spent this month": ("120", ""),
        "Expired this month": ("0", ""),
        "Expire next": ("1,180", "Mar 0, Apr 1,180, May 0"),
    }
    assert answer.context["page_lead"] == (
        "Coffee Club (running). Customers join by their first points, and get 50 points for it. Points "
        "expire 12 months after they were earned."
    )


def test_tells_rules_tiers_and_rewards_in_words(admin_page: Client, club: Campaign) -> None:
    said = text(admin_page.get(page(club)))

    for sentence in (
        "When an order is paid",
        "1 point for every 1.00 EUR paid after discounts",
        "Usable after 14 days",
        "0 – 999 points",
        "from 1,000 points on",
        "points for paid orders: × 1.5",
        "Product: Enamel mug",
        "3 of 10 given",
        "Pays orders: 100 points are worth 1.00 EUR",
    ):
        assert sentence in said, sentence


def test_a_rule_for_some_days_names_them(admin_page: Client, club: Campaign) -> None:
    club.earning_rules.update(days_of_week=[0, 6])

    assert "Only on Saturday and Sunday" in text(admin_page.get(page(club)))


def test_an_empty_programme_says_what_to_do(admin_page: Client) -> None:
    said = text(admin_page.get(page(programme("Bare"))))

    assert "Nothing earns points yet." in said
    assert "With tiers, good customers get more." in said
    assert "Nothing to get for points yet." in said
    assert "Nobody has joined yet." in said


def test_the_list_shows_figures_of_each(
    admin_page: Client, club: Campaign, count_queries: Callable[..., int]
) -> None:
    url = reverse("admin:loyalty_programme_changelist")
    said = text(admin_page.get(url))
    assert "Coffee Club" in said
    assert "1,180" in said

    few = count_queries(lambda: admin_page.get(url))
    for number in range(8):
        line(member(programme(f"Club {number}"), f"CARD{number}"), Type.ACCRUAL, 5, date(2026, 3, 3))
    assert count_queries(lambda: admin_page.get(url)) == few


def test_the_page_of_the_campaign_is_the_page_of_the_programme(admin_page: Client, club: Campaign) -> None:
    answer = admin_page.get(reverse("admin:promotions_campaign_change", args=[club.pk]))

    assert answer.status_code == 302
    assert answer["Location"] == page(club)


def form(of: Campaign, **given: str) -> ProgrammeForm:
    """The settings of a programme as a browser sends them, some of them changed."""
    row = Programme.objects.get(pk=of.pk)
    shown = ProgrammeForm(instance=row)
    sent = {name: shown[name].value() for name in shown.fields if name not in {"metadata"}}
    as_sent = {name: "on" if value is True else value for name, value in sent.items()}
    data = {name: value for name, value in {**as_sent, **given}.items() if value not in (None, False, "")}
    return ProgrammeForm(data, instance=row)


def test_settings_that_nobody_touched_change_nothing(club: Campaign) -> None:
    found = form(club)

    assert found.errors == {}
    assert found.spec().values == {}


def test_settings_become_what_is_stored(club: Campaign) -> None:
    found = form(
        club,
        initial_points="75",
        reminder_days="30",
        expiry_kind="INACTIVITY",
        expiry_months="18",
        tier_metric="POINTS_IN_PERIOD",
        tier_period="YEAR",
        tier_until="END_OF_NEXT_PERIOD",
        debts="ALLOW",
        counts_additions="on",
    )

    assert found.errors == {}
    assert found.spec().values["loyalty"] == {
        "points": 75,
        "auto_join": True,
        "expiration_rules": {"period_type": "INACTIVITY", "period_value": 18},
        "tiers_expiration": {
            "qualification_type": "POINTS_IN_PERIOD",
            "qualification_period": "YEAR",
            "start_date": {"type": "IMMEDIATE"},
            "expiration_date": {"type": "END_OF_NEXT_PERIOD"},
        },
        "reminder_days": 30,
        "debts": "ALLOW",
        "counts": {"additions": True, "transfers": False},
    }


def test_what_the_fields_cannot_say_stays(club: Campaign) -> None:
    """A rounding of tiers came over the API."""
    terms = {
        "qualification_type": "BALANCE",
        "start_date": {"type": "IMMEDIATE"},
        "expiration_date": {"type": "CUSTOM", "extend": "P3M", "rounding": {"type": "MONTH"}},
    }
    Campaign.objects.filter(pk=club.pk).update(loyalty={**(club.loyalty or {}), "tiers_expiration": terms})

    found = form(club, initial_points="1")

    assert found.errors == {}
    assert found.spec().values["loyalty"]["tiers_expiration"] == terms


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"expiry_kind": "MONTH", "expiry_months": "-1"}, "expiry_months"),
        ({"expiry_kind": "INACTIVITY", "expiry_months": "0"}, "expiry_months"),
        ({"tier_metric": "BALANCE", "tier_held": "CUSTOM", "tier_months": "0"}, "tier_months"),
        ({"reminder_days": "366"}, "reminder_days"),
    ],
)
def test_refuses_what_means_nothing(club: Campaign, given: dict[str, str], wrong: str) -> None:
    assert wrong in form(club, **given).errors


def test_whoever_may_only_look_reads_it_in_words(page_as: Callable[[str], Client], club: Campaign) -> None:
    said = text(page_as("Viewer").get(page(club)))

    assert "Points expire 12 months after they were earned" in said
    assert "By the points on the card, and lost as soon as these fall below it." in said
    assert "Switch off" not in said
    assert 'name="initial_points"' not in said
