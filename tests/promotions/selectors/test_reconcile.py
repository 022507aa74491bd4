"""The reconciliation finds every lie, and none where there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from core import project
from core.actors import Actor
from promotions.models import Counter, Rollback
from promotions.selectors import reconcile, recounting
from promotions.selectors.reconcile import Difference
from promotions.selectors.tallies import Tally
from promotions.services import reconciliation
from tests.promotions.planted_lies import LIES
from tests.promotions.reconciled_shop import COUNTED, Shop

pytestmark = pytest.mark.django_db

FACTS = """
SELECT md5(string_agg(row::text, '|' ORDER BY row.id)) FROM {table} AS row
"""
TABLES = (
    "promotions_redemption", "promotions_rollback", "promotions_cardtransaction", "promotions_budgetdraw",
    "promotions_orderreturn", "promotions_returnedshare", "promotions_hold", "promotions_heldcount",
)  # fmt: skip


@pytest.fixture
def later(now: datetime) -> datetime:
    """When everything in the shop has happened."""
    Shop(now).open()
    return now + timedelta(days=42)


def said(found: list[Difference]) -> set[str]:
    """ "draws from counter 5" is "draws from counter": keys differ from run to run."""
    return {f"{one.check}: {one.column.rstrip('0123456789').strip()}" for one in found}


def facts() -> list[Any]:
    with connection.cursor() as cursor:
        digests = []
        for table in TABLES:
            cursor.execute(FACTS.format(table=table))
            digests += cursor.fetchall()
    return digests


def named(row: Counter) -> Tally:
    return Tally(row.scope, row.scope_id, row.subject, row.name, row.period)


def test_the_shop_has_every_counter_and_nothing_is_invented(later: datetime) -> None:
    rows = list(Counter.objects.all())
    assert {*COUNTED, "used"} <= {row.name for row in rows}
    assert sum(":" in row.name for row in rows) >= 3
    assert Rollback.objects.count() >= 5

    found = list(reconcile.differences(now=later))

    assert [str(one) for one in found] == []


def test_every_counter_is_added_up_as_one_by_one(later: datetime) -> None:
    right = {named(row): row.value for row in Counter.objects.all()}
    assert recounting.recount(right, project.current()) == right

    Counter.objects.update(value=F("value") + 1_000, most=None)
    found = list(reconcile.differences(now=later, only={"counters", "budgets"}))

    rows = Counter.objects.in_bulk()
    assert {named(rows[one.pk]): one.counted for one in found} == right
    assert all(one.stored == one.counted + 1_000 for one in found)


@pytest.mark.slow
def test_each_lie_is_found_alone_and_repaired_where_rows_know_better(later: datetime, actor: Actor) -> None:
    assert len(LIES) >= 50
    wrong = {}
    for lie in LIES:
        with transaction.atomic():
            lie.plant()
            before = facts()
            found = list(reconcile.differences(now=later))
            list(reconciliation.repair(found, actor=actor, now=later))
            left = list(reconcile.differences(now=later))
            if (said(found), said(left)) != (lie.found, lie.left) or facts() != before:
                wrong[lie.sql] = (said(found), [str(one) for one in left])
            transaction.set_rollback(True)

    assert wrong == {}


def test_cost_does_not_grow_with_the_rows(later: datetime, count_queries: Callable[..., int]) -> None:
    few = count_queries(lambda: list(reconcile.differences(now=later)))
    Counter.objects.update(value=F("value") + 1, most=None)

    assert count_queries(lambda: list(reconcile.differences(now=later))) == few
