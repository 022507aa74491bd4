"""Points as finance counts them: months that follow from each other and come to what cards hold."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.db.models import Sum

from core import places
from loyalty.models import LoyaltyCard, PointsTransaction
from loyalty.selectors import finance, worth
from loyalty.selectors.finance import Breakage, Month, Movement, Outstanding
from loyalty.services.finance import set_worth
from tests.conftest import NOW
from tests.factories.areas import applies_in, area
from tests.loyalty.books import Account, Type, card, ended_lot, line, pays_with_points, programme

pytestmark = pytest.mark.django_db

FIRST: Final = date(2026, 1, 1)
M: Final = Movement


def test_every_line_of_the_ledger_is_one_kind_of_movement() -> None:
    kinds = {finance.movement(kind, account) for kind in Type for account in Account}

    assert kinds == set(Movement)


def test_a_year_of_one_card_month_by_month() -> None:
    club = programme()
    one, other = card(club, "ONE"), card(club, "OTHER", may_owe=True)
    line(one, Type.ISSUED, 50, date(2025, 11, 3))
    line(one, Type.ACCRUAL, 300, date(2025, 12, 31))
    line(one, Type.ACCRUAL, 200, date(2026, 1, 1))
    line(one, Type.REDEMPTION, -120, date(2026, 1, 31), account=Account.SPENT)
    line(one, Type.REFUND, 20, date(2026, 2, 1), account=Account.SPENT)
    line(one, Type.EXPIRATION, -100, date(2026, 2, 28), account=Account.EXPIRED)
    line(one, Type.ACTIVATION, 70, date(2026, 2, 28))
    line(one, Type.ADDITION, 10, date(2026, 3, 1), account=Account.ADJUSTED)
    line(one, Type.REMOVAL, -5, date(2026, 3, 2), account=Account.ADJUSTED)
    line(one, Type.TRANSFER_OUT, -25, date(2026, 3, 3), account=Account.TRANSIT)
    line(other, Type.TRANSFER_IN, 25, date(2026, 3, 3), account=Account.TRANSIT)
    line(other, Type.REMOVAL, -40, date(2026, 3, 4), account=Account.REVERSED)
    line(other, Type.ADDITION, 15, date(2026, 3, 4), account=Account.WRITTEN_OFF)

    january, february, march = finance.course([club.pk], FIRST, date(2026, 3, 20))[club.pk]

    assert january == Month(first=FIRST, opening=350, moved={M.EARNED: 200, M.SPENT: -120})
    assert february.opening == january.closing == 430
    assert february.moved == {M.REFUNDED: 20, M.EXPIRED: -100, M.ACTIVATED: 70}
    assert march.opening == february.closing == 420
    assert march.moved == {M.ADDED: 10, M.REMOVED: -5, M.TRANSFERRED: 0, M.REVERSED: -40, M.WRITTEN_OFF: 15}
    assert march.closing == 400 == sum(LoyaltyCard.objects.values_list("balance", flat=True))
    assert finance.total([january, february, march]).closing == 400


def test_random_lines_come_to_what_the_cards_hold() -> None:
    chance = random.Random(7)
    clubs = [programme("One"), programme("Two"), programme("Empty")]
    cards = [card(club, f"{club.name}-{n}", may_owe=True) for club in clubs[:2] for n in range(4)]
    for _ in range(150):
        kind = chance.choice(list(Type))
        is_taking = kind in {Type.REDEMPTION, Type.REMOVAL, Type.EXPIRATION, Type.TRANSFER_OUT}
        points = chance.randint(0, 900)
        day = date(2025, 10, 1) + timedelta(days=chance.randrange(240))
        if kind == Type.REFUND:
            line(cards[0], Type.REDEMPTION, -points, day, account=Account.SPENT)
        line(
            chance.choice(cards) if kind != Type.REFUND else cards[0],
            kind,
            -points if is_taking else points,
            day,
            account=chance.choice(list(Account)),
        )
    pks = [club.pk for club in clubs]

    courses = finance.course(pks, FIRST, date(2026, 5, 31))

    for club in clubs:
        months = courses[club.pk]
        assert [month.first.month for month in months] == [1, 2, 3, 4, 5]
        for before, after in zip(months, months[1:], strict=False):
            assert before.closing == after.opening
        lines = PointsTransaction.objects.filter(campaign=club)
        assert months[0].opening == (lines.filter(day__lt=FIRST).aggregate(n=Sum("amount"))["n"] or 0)
        assert months[-1].closing == finance.outstanding(pks)[club.pk].balance
    whole = finance.together(courses.values())
    assert whole[-1].closing == LoyaltyCard.objects.aggregate(n=Sum("balance"))["n"]
    assert finance.total(whole).moved == {
        kind: sum(month[kind] for months in courses.values() for month in months) for kind in Movement
    }


def test_all_programmes_cost_one_query(django_assert_num_queries: Any) -> None:
    clubs = [programme(f"Club {n}") for n in range(3)]
    for club in clubs:
        line(card(club, f"{club.pk}"), Type.ACCRUAL, 5, FIRST)

    with django_assert_num_queries(1):
        finance.course([club.pk for club in clubs], FIRST, FIRST)


def test_the_ledger_is_added_up_from_one_index() -> None:
    club = programme()
    held = card(club, "ONE")
    rows = [
        PointsTransaction(
            card=held, voucher_id=held.pk, campaign=club, type=Type.ACCRUAL, account=Account.PROGRAMME,
            amount=0, balance=0, created_at=NOW, day=FIRST + timedelta(days=number % 400),
        )
        for number in range(3_000)
    ]  # fmt: skip
    PointsTransaction.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE loyalty_pointstransaction")
        # A fresh table has no map of what all see, so the planner is only asked whether the index suffices.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")

    sums = PointsTransaction.objects.filter(campaign=club.pk, day__lt=date(2026, 2, 1))
    plan = sums.values("type", "account").annotate(n=Sum("amount")).order_by().explain()

    assert "Index Only Scan using points_by_day" in plan


def test_what_cards_hold_and_owe_and_what_is_pending() -> None:
    club, empty = programme("Club"), programme("Empty")
    line(card(club, "RICH", pending=30), Type.ACCRUAL, 500, FIRST)
    line(card(club, "OWES", may_owe=True, pending=5), Type.REMOVAL, -80, FIRST, account=Account.REVERSED)

    found = finance.outstanding([club.pk, empty.pk])

    assert found == {
        club.pk: Outstanding(cards=2, balance=420, owed=80, pending=35),
        empty.pk: Outstanding(),
    }


def test_breakage_counts_points_whose_last_day_is_over() -> None:
    club, empty = programme("Club"), programme("Empty")
    one = card(club, "ONE")
    ended_lot(one, date(2026, 1, 31), earned=200, expired=50)
    ended_lot(one, date(2026, 2, 28), earned=100, expired=0)
    ended_lot(one, date(2026, 3, 9), earned=900, expired=0, left=900)  # the night has still to come
    ended_lot(one, date(2026, 3, 10), earned=500, expired=0)  # good today
    ended_lot(one, None, earned=700, expired=0)

    found = finance.breakage([club.pk, empty.pk], NOW.date())

    assert found == {club.pk: Breakage(earned=300, expired=50), empty.pk: Breakage()}
    assert (found[club.pk].permille, found[empty.pk].permille) == (167, None)


def test_a_programme_that_was_deleted_stays_as_long_as_its_ledger_has_lines() -> None:
    kept = programme("Kept", deleted_at=NOW, lifecycle="ARCHIVED")
    programme("Never used", deleted_at=NOW, lifecycle="ARCHIVED")
    here = programme("Here")
    line(card(kept, "OLD"), Type.ACCRUAL, 5, FIRST)

    assert list(finance.programmes()) == [here, kept]


def test_who_works_in_single_areas_sees_their_programmes_only() -> None:
    north = area("North")
    mine, other = applies_in(programme("Mine"), area=north), programme("Other")
    for club in (mine, other):
        line(card(club, club.name), Type.ACCRUAL, 5, FIRST)

    with places.limited_to(frozenset({places.area(north.public_id)})):
        assert list(finance.programmes()) == [mine]
        found = finance.course([mine.pk, other.pk], FIRST, FIRST)

    assert found[mine.pk][0].closing == 5
    assert found[other.pk][0].closing == 0


def test_points_are_worth_what_the_dearest_reward_pays_and_else_what_finance_says(actor) -> None:
    paying, said, nothing = programme("Pays"), programme("Said"), programme("Nothing")
    pays_with_points(paying, "1", 100, name="A cent each")
    pays_with_points(paying, "4", 200, name="Two cents each")
    gone = pays_with_points(paying, "90", 100, name="No more")
    gone.deleted_at = NOW
    gone.save(update_fields=["deleted_at"])
    for club in (paying, said):
        set_worth(campaign_id=club.pk, points=1_000, amount=250, actor=actor, now=NOW)

    found = worth.of([paying.pk, said.pk, nothing.pk])

    assert set(found) == {paying.pk, said.pk}
    assert (found[paying.pk].of(300), found[paying.pk].reward) == (600, "Two cents each")
    assert (found[said.pk].of(300), found[said.pk].reward) == (75, "")
