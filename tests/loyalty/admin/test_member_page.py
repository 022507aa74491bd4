"""The page of a member: numbers, the way to the next tier, and the statement with its filters and file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from loyalty.models import LoyaltyCard, PointsTransaction
from promotions.models import Voucher
from tests.factories.commerce import CustomerFactory, OrderFactory
from tests.loyalty.books import Account, Type, line
from tests.loyalty.members import gave, holds, in_period, member, pends, programme, tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]


@pytest.fixture
def anna() -> LoyaltyCard:
    """Silver, with points of three days and some that are pending."""
    club = programme("Coffee Club", tiers_expiration=in_period("YEAR"))
    silver = tier(club, "Silver", 0, 999)
    tier(club, "Gold", 1000)
    card = member(club, "ANNA-1", CustomerFactory(name="Anna Arendt"))
    gave(card, 700, on=date(2026, 1, 5), until=date(2027, 1, 31))
    line(card, Type.REDEMPTION, -200, date(2026, 2, 3), account=Account.SPENT)
    line(card, Type.REMOVAL, -100, date(2026, 3, 1), account=Account.REVERSED)
    line(card, Type.ADDITION, 50, date(2026, 3, 2), account=Account.ADJUSTED, source="Sue", reason="=Late")
    pends(card, 30, until=date(2026, 3, 20))
    holds(card, silver, since=date(2026, 1, 5), until=date(2026, 12, 31))
    return card


def page(card: LoyaltyCard) -> str:
    return reverse("admin:loyalty_loyaltycard_change", args=[card.pk])


def statement(browser: Client, card: LoyaltyCard, **question: Any) -> Any:
    return browser.get(reverse("admin:loyalty_loyaltycard_statement", args=[card.pk], query=question))


def shown(answer: Any) -> list[str]:
    """The column "Points" of the statement."""
    lines = answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    return [
        part.partition(">")[2].partition("<")[0] for part in lines.split('<span class="fanfare-number')[1::2]
    ]


def test_says_what_the_card_has(admin_page: Client, anna: LoyaltyCard) -> None:
    answer = admin_page.get(page(anna))

    facts = {
        fact.title: (fact.value, fact.note.replace("\N{NO-BREAK SPACE}", " "))
        for fact in answer.context["page_facts"]
    }
    assert facts == {
        "Balance": ("450 points", ""),
        "Pending": ("30", "earned, not usable yet"),
        "Expire next": ("700 points", "last day 31 Jan 2027"),
        "Tier": ("Silver", "since 5 Jan 2026, until 31 Dec 2026"),
        "Ever got": ("750", ""),
        "Spent": ("200", "0 expired unused"),
    }
    text = answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "600 points collected in 1 Jan 2026 – 31 Dec 2026. 400 points more bring Gold." in text
    assert "Anna Arendt" in text


def test_shows_the_ledger_as_a_statement(admin_page: Client, anna: LoyaltyCard) -> None:
    answer = statement(admin_page, anna)

    text = answer.content.decode()
    assert shown(answer) == ["+50", "−100", "−200", "+700"]
    assert "Added by Sue" in text
    assert "=Late" in text
    assert "Points taken back" in text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"about": "earned"}, ["+700"]),
        ({"about": "spent"}, ["−200"]),
        ({"about": "returned"}, ["−100"]),
        ({"about": "by_hand"}, ["+50"]),
        ({"about": "expired"}, []),
        ({"first": "2026-02-03", "last": "2026-03-01"}, ["−100", "−200"]),
        # What cannot be understood is said, and the rest counts.
        ({"first": "yesterday", "about": "spent"}, ["−200"]),
        ({"about": "no-such-thing"}, ["+50", "−100", "−200", "+700"]),
    ],
)
def test_shows_what_was_asked_for(
    admin_page: Client, anna: LoyaltyCard, question: dict[str, str], expected: list[str]
) -> None:
    assert shown(statement(admin_page, anna, **question)) == expected


def test_goes_on_to_older_lines(admin_page: Client, anna: LoyaltyCard) -> None:
    for day in range(1, 29):
        line(anna, Type.ACCRUAL, day, date(2025, 1, day))
        line(anna, Type.ACCRUAL, day, date(2025, 2, day))

    first = statement(admin_page, anna)

    assert len(shown(first)) == 50
    older = first.context["older"]
    second = admin_page.get(f"{reverse('admin:loyalty_loyaltycard_statement', args=[anna.pk])}{older}")
    assert len(shown(second)) == 10
    assert second.context["older"] == ""


def test_writes_the_statement_as_a_file(admin_page: Client, anna: LoyaltyCard) -> None:
    answer = admin_page.get(
        reverse("admin:loyalty_loyaltycard_statement_csv", args=[anna.pk], query={"about": "by_hand"})
    )

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["date"], row["what"], row["points"], row["balance"]) for row in rows] == [
        ("2026-03-02", "Added by Sue: =Late", "50", "450")
    ]
    assert answer["Content-Type"].startswith("text/csv")


def test_costs_the_same_for_many_lines(
    admin_page: Client, anna: LoyaltyCard, count_queries: Callable[..., int]
) -> None:
    few = count_queries(lambda: statement(admin_page, anna))
    for day in range(1, 29):
        line(anna, Type.ACCRUAL, day, date(2025, 1, day))

    assert count_queries(lambda: statement(admin_page, anna)) == few


def test_the_list_finds_members_by_code_and_name(admin_page: Client, anna: LoyaltyCard) -> None:
    other = member(anna.campaign, "BEN-1", CustomerFactory(name="Ben Bauer"))
    url = reverse("admin:loyalty_loyaltycard_changelist")

    for typed in ("ANNA", "anna ar"):
        found = admin_page.get(url, {"q": typed}).context["cl"].result_list
        assert [row.pk for row in found] == [anna.pk], typed
    assert {row.pk for row in admin_page.get(url).context["cl"].result_list} == {anna.pk, other.pk}


def test_the_customer_and_the_code_lead_to_it(admin_page: Client, anna: LoyaltyCard) -> None:
    customer = admin_page.get(
        reverse("admin:commerce_customer_change", args=[anna.voucher.holder_id])
    ).content.decode()
    voucher = admin_page.get(reverse("admin:promotions_voucher_change", args=[anna.pk])).content.decode()

    assert f"{page(anna)}#statement" in customer
    assert "Points and statement" in voucher


def test_the_page_of_its_code_speaks_of_no_discount(admin_page: Client, anna: LoyaltyCard) -> None:
    url = reverse("admin:promotions_voucher_change", args=[anna.pk])

    page = admin_page.get(url)
    assert 'name="percent_off"' not in page.content.decode()
    assert [fact.value for fact in page.context["page_facts"] if fact.title == "Balance"] == ["450 points"]
    answer = admin_page.post(url, {"additional_info": "Regular", "redemption_quantity": ""})

    assert answer.status_code == 302
    voucher = Voucher.objects.get(pk=anna.pk)
    assert (voucher.additional_info, voucher.discount) == ("Regular", None)


def test_an_order_leads_to_why_it_earned_so_much(admin_page: Client, anna: LoyaltyCard) -> None:
    order = OrderFactory(source_id="A-1")

    page = admin_page.get(reverse("admin:commerce_order_change", args=[order.pk])).content.decode()
    answer = admin_page.get(reverse("admin:commerce_order_points_why", args=[order.pk]))

    assert "Points: why?" in page
    assert answer["Location"] == reverse("admin:loyalty_estimate", query={"order": order.public_id})


def test_whoever_may_only_look_moves_nothing(page_as: Callable[[str], Client], anna: LoyaltyCard) -> None:
    browser = page_as("Viewer")
    adjust = reverse("admin:loyalty_loyaltycard_adjust_page", args=[anna.pk])

    assert browser.get(page(anna)).status_code == 200
    assert "Adjust points" not in browser.get(page(anna)).content.decode()
    assert browser.get(adjust).status_code == 403
    answer = browser.post(adjust, {"direction": "add", "points": "5", "reason": "x", "_do": "1"})
    assert answer.status_code == 403
    assert PointsTransaction.objects.filter(card=anna).count() == 4
