"""The page "Points liability": what it says, and what it lets people do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from core.models import ProjectSettings
from integrations.models import Export
from integrations.services import export_files
from loyalty.models import LoyaltyCard, PointsWorth
from tests.conftest import NOW
from tests.core.admin.conftest import admin_page, page_as
from tests.loyalty.books import Account, Type, card, ended_lot, line, pays_with_points, programme

__all__ = ["admin_page", "page_as"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(db: None) -> Iterator[None]:
    ProjectSettings.objects.update(time_zone="Europe/Warsaw", currency="EUR")
    with time_machine.travel(NOW, tick=False):
        yield


def address(**question: Any) -> str:
    return reverse("admin:loyalty_finance", query=question or None)


def facts(answer: Any) -> dict[str, tuple[str, str]]:
    return {
        fact.title: (fact.value.replace("\xa0", " "), fact.note.replace("\xa0", " "))
        for fact in answer.context["facts"]
    }


def rows(answer: Any) -> dict[str, list[str]]:
    return {
        month: [cell.replace("\xa0", " ") for cell in cells] for month, cells in answer.context["table"].rows
    }


def test_says_what_is_owed_and_how_it_came_about(admin_page: Client) -> None:
    club = programme("Club")
    pays_with_points(club, "20", 100, name="Cash")
    one = card(club, "ONE", pending=40)
    line(one, Type.ACCRUAL, 1_300, date(2026, 2, 3))
    line(one, Type.REDEMPTION, -120, date(2026, 3, 3), account=Account.SPENT)
    ended_lot(one, date(2026, 3, 1), earned=80, expired=10)
    # One that owes, of a programme without a worth.
    line(
        card(programme("Bare"), "BARE", may_owe=True),
        Type.REMOVAL,
        -30,
        date(2026, 3, 4),
        account=Account.REVERSED,
    )

    answer = admin_page.get(address())

    assert facts(answer) == {
        "Outstanding points": ("1,150", "on 2 cards"),
        "Worth": ("236.00 EUR", "without Bare, whose points have no worth yet"),
        "Pending points": ("40", "not usable yet, in no other number"),
        "Breakage": ("12.5 %", "10 of 80 points whose last day is over"),
        "Owed by members": ("30", "below zero, taken off the outstanding points"),
    }
    assert "exactly what all cards hold" in answer.text
    assert list(answer.context["table"].headers) == [
        *("Month", "Opening", "Earned", "Spent", "Taken back", "Expired", "Closing", "Worth")
    ]
    assert rows(answer)["March 2026"] == ["1,300", "–", "−120", "−30", "–", "1,150", "–"]
    assert rows(answer)["February 2026"] == ["0", "+1,300", "–", "–", "–", "1,300", "260.00 EUR"]
    assert list(rows(answer))[0] == "March 2026"
    assert "1,300 earned, 120 spent, 0 expired; 1,150 left." in answer.text
    # The programme with more outstanding points first.
    assert [row["name"] for row in answer.context["programmes"]] == ["Club", "Bare"]


def test_one_programme_and_some_months(admin_page: Client) -> None:
    club, other = programme("Club"), programme("Other")
    line(card(club, "ONE"), Type.ACCRUAL, 100, date(2026, 1, 3))
    line(card(other, "TWO"), Type.ACCRUAL, 999, date(2026, 1, 3))

    answer = admin_page.get(address(programme=club.pk, first="2026-01", last="2026-02"))

    assert list(rows(answer)) == ["February 2026", "January 2026"]
    assert rows(answer)["February 2026"][-2] == "100"
    assert "Nobody has said what its points are worth" in answer.text
    # The months are over: what cards hold now says nothing about them.
    assert answer.context["proof"] is None


@pytest.mark.parametrize(
    "question", [{"first": "2026-03", "last": "2026-01"}, {"first": "x"}, {"programme": "999999"}]
)
def test_a_question_that_means_nothing_is_said_and_the_usual_one_answered(
    admin_page: Client, question: dict[str, str]
) -> None:
    programme("Club")

    answer = admin_page.get(address(**question))

    assert answer.context["form"].errors
    assert len(rows(answer)) == 12


def test_ledger_and_cards_that_differ_are_no_secret(admin_page: Client) -> None:
    one = card(programme("Club"), "ONE")
    line(one, Type.ACCRUAL, 100, date(2026, 3, 3))
    LoyaltyCard.objects.update(points=90, balance=90)

    assert "but the cards hold 90" in admin_page.get(address()).text


def test_before_the_first_programme_it_says_what_will_stand_here(admin_page: Client) -> None:
    answer = admin_page.get(address())

    assert answer.status_code == 200
    assert "No loyalty programme yet" in answer.text


def test_the_journal_of_the_shown_months_is_written(admin_page: Client) -> None:
    club = programme("Club")
    one = card(club, "ONE")
    for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)):
        line(one, Type.ACCRUAL, 5, day)

    asked = {"programme": club.pk, "first": "2026-02", "last": "2026-02"}
    answer = admin_page.post(reverse("admin:loyalty_finance_journal"), asked)

    export = Export.objects.get()
    assert answer.url == reverse("admin:integrations_export_change", args=[export.pk])
    assert export_files.write_next(now=NOW)
    export.refresh_from_db()
    assert (export.status, export.rows_count) == (Export.Status.DONE, 2)


def test_finance_says_what_points_are_worth(client: Client) -> None:
    anna = User.objects.create_user("anna", is_staff=True)
    anna.groups.add(Group.objects.get(name="Finance"))
    client.force_login(anna)
    club = programme("Club")
    line(card(club, "ONE"), Type.ACCRUAL, 1_000, date(2026, 3, 3))
    add = reverse("admin:loyalty_pointsworth_add", query={"campaign": club.pk})
    assert add.replace("&", "&amp;") in client.get(address(programme=club.pk)).text

    answer = client.post(add, {"campaign": club.pk, "points": "100", "amount": "1.50"})

    assert answer.url == address(programme=club.pk)
    assert PointsWorth.objects.get().amount == 150
    assert facts(client.get(address()))["Worth"] == ("15.00 EUR", "at what points are worth today")
    change = reverse("admin:loyalty_pointsworth_change", args=[club.pk])
    client.post(change, {"points": "100", "amount": "2.00"})
    assert facts(client.get(address()))["Worth"][0] == "20.00 EUR"


def test_who_may_only_see_it_is_not_asked_to_say(page_as: Callable[[str], Client]) -> None:
    club = programme("Club")

    assert "Say what points are worth" not in page_as("Viewer").get(address(programme=club.pk)).text
    assert page_as("Marketer").get(address()).status_code == 403


def test_cost_does_not_grow_with_programmes(
    admin_page: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for number in range(6):
        line(card(programme(f"Club {number}"), f"C{number}"), Type.ACCRUAL, 10, date(2026, 3, 1))

    admin_page.get(address())
    with django_assert_max_num_queries(30):
        admin_page.get(address())
