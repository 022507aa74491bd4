"""The nightly job beside customers who spend, and beside itself."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from core.locking import lock
from loyalty.models import LoyaltyCard, PointsTransaction, TierChange
from loyalty.services import nightly, tier_moves
from tests.loyalty import books
from tests.loyalty.books import Account, Type
from tests.loyalty.members import gave, joined, midnight, programme, tier

pytestmark = pytest.mark.django_db(transaction=True)

EARNED, LAST, NIGHT = date(2026, 1, 25), date(2026, 2, 25), date(2026, 2, 26)


def together(*calls):
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [running.result() for running in [pool.submit(run, call) for call in calls]]


def test_two_nights_at_once_are_one():
    club = programme()
    tier(club, "Silver", 50)
    cards = [joined(club, f"C{number}") for number in range(40)]
    for card in cards:
        gave(card, 100, on=EARNED, until=LAST)
        card.refresh_from_db()
        with transaction.atomic():
            tier_moves.evaluate(card, cause="accrual", now=midnight(EARNED))

    together(*[lambda: nightly.run(now=midnight(NIGHT))] * 4)

    assert PointsTransaction.objects.filter(type=Type.EXPIRATION).count() == 40
    assert TierChange.objects.filter(kind="left").count() == 40
    assert set(LoyaltyCard.objects.values_list("balance", "expired_points", "tier")) == {(0, 100, None)}


def test_points_end_once_or_are_spent_before_but_never_both():
    club = programme()
    cards = [joined(club, f"C{number}") for number in range(12)]
    lots = {card.pk: gave(card, 100, on=EARNED, until=LAST) for card in cards}

    def spend(card):
        def call():
            with transaction.atomic():
                (row,) = lock(LoyaltyCard._base_manager.filter(pk=card.pk))
                lot = lots[card.pk]
                lot.refresh_from_db()
                if row.balance < 60:
                    return 0
                line = books.line(row, Type.REDEMPTION, -60, NIGHT, account=Account.SPENT)
                lot.remaining -= 60
                lot.save(update_fields=["remaining"])
                lot.movements.create(transaction=line, amount=-60)
                return 60

        return call

    spent = together(lambda: nightly.run(now=midnight(NIGHT)), *[spend(card) for card in cards])[1:]

    for card, points in zip(cards, spent, strict=True):
        card.refresh_from_db()
        assert (card.redeemed_points, card.expired_points, card.balance) == (points, 100 - points, 0)
        lines = PointsTransaction.objects.filter(card=card).values_list("amount", flat=True)
        assert sum(lines) == 0
