from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from config.celery import app
from promotions.models import CatalogueChange
from promotions.tasks import prune_catalogue_changes
from tests.factories.promotions import PromotionTierFactory
from tests.promotions.settling import settle

pytestmark = pytest.mark.django_db(transaction=True)


def test_changes_are_pruned_after_some_hours() -> None:
    PromotionTierFactory()
    assert prune_catalogue_changes() == 0
    CatalogueChange.objects.update(noted_at=timezone.now() - timedelta(hours=7))
    count = CatalogueChange.objects.count()
    settle()  # what is younger than what others have not finished is never pruned

    assert prune_catalogue_changes() == count
    assert [row.kind for row in CatalogueChange.objects.all()] == [CatalogueChange.Kind.PRUNED]


def test_pruning_is_in_the_table_of_periodic_jobs() -> None:
    assert prune_catalogue_changes.name in {job["task"] for job in app.conf.beat_schedule.values()}
