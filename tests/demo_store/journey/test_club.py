"""The year through a loyalty programme, proved by SQL over the orders: every row, and to the point.

By day a made-up year of some households; with FANFARE_NIGHTLY=1 the whole real one, where its package is
installed (`make journey`), else many made-up households.
"""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from commerce.models import Order
from core.actors import Actor
from demo_store.journey import club, club_proof
from demo_store.journey.report import Progress
from demo_store.journey.rows import Household
from demo_store.journey.rows import Product as ProductRow
from demo_store.journey.run import run
from demo_store.journey.source import DataSetMissing, ParquetSource
from loyalty.models import LoyaltyCard, PointsLot, TierChange
from tests import nightly
from tests.conftest import NOW
from tests.demo_store.journey.rows import RowsSource, basket, line

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ACTOR = Actor.system("tests")


def made_up(households: int, receipts: int, *, seed: int = 5) -> RowsSource:
    """A year of receipts, some around local midnight, on days of clock changes and at the year's ends."""
    chance = random.Random(seed)
    edges = [
        datetime(2017, 1, 1, 5, 1, tzinfo=UTC),  # a minute past midnight in New York
        datetime(2017, 3, 12, 5, 30, tzinfo=UTC),
        datetime(2017, 11, 5, 5, 30, tzinfo=UTC),
        datetime(2017, 3, 31, 3, 59, tzinfo=UTC),
        datetime(2017, 4, 1, 4, 0, tzinfo=UTC),  # 1 April begins: half of it is spent that morning
        datetime(2017, 4, 1, 3, 59, tzinfo=UTC),
        datetime(2018, 1, 1, 4, 59, tzinfo=UTC),  # the year's last minute
    ]
    first = datetime(2017, 1, 1, 6, 0, tzinfo=UTC)
    rows = []
    for household in range(1, households + 1):
        # Some never reach a tier, some reach both.
        most = (900, 9_000, 30_000, 250_000)[household % 4]
        for number in range(receipts):
            at = (
                chance.choice(edges)
                if chance.random() < 0.15
                else first + timedelta(minutes=chance.randrange(360 * 24 * 60))
            )
            rows.append((at, household, chance.randrange(1, most), number))
    return RowsSource(
        household_rows=[
            Household(id=one, demographics={}, first_seen=first) for one in range(1, households + 1)
        ],
        product_rows=[ProductRow(id=7, attributes={"department": "GROCERY"})],
        basket_rows=[
            basket(1_000 + place, line(7, amount), household=household, at=at)
            for place, (at, household, amount, _) in enumerate(sorted(rows))
        ],
    )


def progress() -> Progress:
    return Progress(io.StringIO().write, terminal=False)


def load(source: Any) -> None:
    run(source=source, actor=ACTOR, now=NOW, progress=progress())


def test_the_ledger_says_what_the_orders_say() -> None:
    load(_year())

    result = club.replay(actor=ACTOR, progress=progress())

    assert [check for check in result.checks if not check.holds] == []
    counted = {check.name: check.found for check in result.checks if "differ" not in check.name}
    assert all(counted.values()), counted
    assert LoyaltyCard.objects.exclude(balance=0).count() == 0
    assert {row.kind for row in TierChange.objects.all()} == {"joined", "upgraded", "left"}


def _year() -> Any:
    if not nightly.IS_NIGHTLY:
        return made_up(6, 14)
    try:
        return ParquetSource()
    except DataSetMissing:
        return made_up(120, 60)


def test_the_proof_finds_every_kind_of_difference() -> None:
    """Lies are planted one by one, past the triggers that forbid them."""
    load(made_up(3, 12))
    result = club.replay(actor=ACTOR, progress=progress())
    assert result.holds
    facts = club_proof.Facts(
        programme=LoyaltyCard.objects.values_list("campaign", flat=True)[0],
        zone="America/New_York",
        mornings=[date(2017, 4, 1), date(2017, 7, 1), date(2017, 10, 1)],
        silver=1_000,
        gold=5_000,
    )
    lies = {
        "points of each order": (
            "UPDATE loyalty_earning SET points = points + 1 WHERE id = (SELECT min(id) FROM loyalty_earning)"
        ),
        "totals of each household: earned, spent, expired, left": (
            "UPDATE loyalty_loyaltycard SET points = points + 1, expired_points = expired_points + 1"
        ),
        "what each household spent on each morning": (
            "UPDATE loyalty_pointstransaction SET day = day + 1 WHERE type = 'POINTS_REMOVAL'"
        ),
        "points of each day: when they end, how many there were and expired": (
            "UPDATE loyalty_pointslot SET expires_on = expires_on + 1000"
        ),
        "what each night took from each household": (
            "UPDATE loyalty_pointstransaction SET amount = amount - 1 WHERE type = 'POINTS_EXPIRATION'"
        ),
        "tiers that each household reached and lost, by day": (
            "UPDATE loyalty_tierchange SET day = day + 1 WHERE kind = 'left'"
        ),
    }
    found = {name: _names_of_wrong(facts, lie) for name, lie in lies.items()}

    assert found == {name: {name} for name in lies}
    assert all(check.holds for check in club_proof.checks(facts))


def _names_of_wrong(facts: club_proof.Facts, lie: str) -> set[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(lie)
        checks = club_proof.checks(facts)
        transaction.set_rollback(True)
    # The line after the number of rows says how many differ.
    return {checks[place - 1].name for place, check in enumerate(checks) if place % 2 and not check.holds}


def test_the_command_says_how_it_went_and_is_not_run_twice() -> None:
    load(made_up(1, 3))
    out = io.StringIO()

    call_command("check_points", stdout=out)

    assert out.getvalue().endswith("Points add up.\n")
    assert "DIFFERENT" not in out.getvalue()
    lots = PointsLot.objects.count()
    with pytest.raises(CommandError, match="is there already"):
        call_command("check_points", stdout=out)
    assert PointsLot.objects.count() == lots


def test_without_the_year_there_is_nothing_to_prove() -> None:
    assert not Order.objects.exists()

    with pytest.raises(CommandError, match="load them first"):
        call_command("check_points", stdout=io.StringIO())
