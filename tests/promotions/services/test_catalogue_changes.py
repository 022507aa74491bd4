"""Pruning of the change feed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from promotions.models import CatalogueChange
from promotions.selectors import catalogue_feed
from promotions.services import catalogue_changes
from tests.conftest import NOW
from tests.factories.promotions import PromotionTierFactory
from tests.promotions.settling import settle

pytestmark = pytest.mark.django_db(transaction=True)


def is_too_late(reading: catalogue_feed.Reading) -> bool:
    return any(change.is_fatal for change in reading.changes)


def age_all() -> None:
    CatalogueChange.objects.update(noted_at=NOW - timedelta(hours=1))


def test_takes_old_rows_away_and_tells_who_comes_too_late() -> None:
    settle()
    slow = catalogue_feed.read(since=catalogue_feed.NEVER)
    PromotionTierFactory()
    age_all()
    settle()
    reader = catalogue_feed.read(since=slow.settled)
    young = PromotionTierFactory()
    settle()

    removed = catalogue_changes.prune(older_than=NOW)

    assert removed > 0
    assert is_too_late(catalogue_feed.read(since=slow.settled))
    after = catalogue_feed.read(since=reader.settled)
    assert not is_too_late(after)
    assert ("promotion_tier", young.pk) in {(change.kind, change.object_id) for change in after.changes}


def test_leaves_one_row_behind_however_often_it_runs() -> None:
    for _ in range(3):
        PromotionTierFactory()
        age_all()
        settle()
        catalogue_changes.prune(older_than=NOW)

    assert [row.kind for row in CatalogueChange.objects.all()] == [CatalogueChange.Kind.PRUNED]
    assert catalogue_changes.prune(older_than=NOW - timedelta(days=1)) == 0


def test_waits_for_transactions_that_are_not_finished() -> None:
    PromotionTierFactory()
    settle()
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
    PromotionTierFactory()
    age_all()
    rows = CatalogueChange.objects.count()

    catalogue_changes.prune(older_than=NOW)
    left = CatalogueChange.objects.exclude(kind=CatalogueChange.Kind.PRUNED).count()
    other.rollback()
    other.close()

    assert 0 < left < rows
