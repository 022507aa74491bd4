from __future__ import annotations

from datetime import date

import pytest

from core.models import OutboxEvent
from loyalty.services import reminders
from promotions.models import Voucher
from tests.conftest import NOW
from tests.loyalty import books
from tests.loyalty.members import gave, member, programme, said

pytestmark = pytest.mark.django_db
EARNED = date(2026, 1, 5)


def told() -> list[tuple[str, int, str]]:
    rows = OutboxEvent.objects.filter(name=reminders.ENDING).order_by("pk")
    return [(row.payload["code"], row.payload["points"], row.payload["expires_on"]) for row in rows]


def test_tells_of_points_that_end_within_the_days_once():
    club = programme(reminder_days=14)
    card = member(club, "A")
    gave(card, 10, on=EARNED, until=date(2026, 3, 9))
    gave(card, 100, on=EARNED, until=date(2026, 3, 10))
    gave(card, 20, on=EARNED, until=date(2026, 3, 24))
    gave(card, 30, on=EARNED, until=date(2026, 3, 25))
    gave(card, 40, on=EARNED)

    assert reminders.remind(now=NOW) == 2
    assert reminders.remind(now=NOW) == 0
    assert told() == [("A", 100, "2026-03-10"), ("A", 20, "2026-03-24")]

    assert reminders.remind(now=NOW.replace(day=11)) == 1
    assert told()[-1] == ("A", 30, "2026-03-25")


def test_says_whom_it_is_about():
    club = programme(reminder_days=14)
    card = member(club, "A")
    gave(card, 100, on=EARNED, until=date(2026, 3, 12))

    reminders.remind(now=NOW)

    voucher = Voucher.objects.select_related("holder").get(pk=card.pk)
    event = OutboxEvent.objects.get()
    assert event.entity_id == voucher.public_id
    assert event.payload == {
        "voucher_id": voucher.public_id,
        "campaign_id": club.public_id,
        "customer_id": voucher.holder.public_id,
        "campaign": "Club",
        "code": "A",
        "points": 100,
        "expires_on": "2026-03-12",
    }


def test_says_nothing_of_cards_that_nobody_holds_nor_of_what_is_spent():
    club = programme(reminder_days=14)
    gave(books.card(club, "A"), 100, on=EARNED, until=date(2026, 3, 12))
    lot = gave(member(club, "B"), 100, on=EARNED, until=date(2026, 3, 12))
    lot.remaining = 0
    lot.save(update_fields=["remaining"])

    reminders.remind(now=NOW)

    assert said() == []


@pytest.mark.parametrize("days", [None, 0, -1, 366, True, "14"])
def test_reminds_only_where_the_programme_says_when(days):
    gave(member(programme(reminder_days=days), "A"), 100, on=EARNED, until=date(2026, 3, 12))

    assert reminders.remind(now=NOW) == 0
    assert said() == []


def test_many_lots_cost_no_more_statements_than_one(count_queries):
    club = programme(reminder_days=14)
    gave(member(club, "A"), 100, on=EARNED, until=date(2026, 3, 12))
    few = count_queries(lambda: reminders.remind(now=NOW))
    for number in range(6):
        gave(member(club, f"C{number}"), 100, on=EARNED, until=date(2026, 3, 12))

    assert count_queries(lambda: reminders.remind(now=NOW)) == few
