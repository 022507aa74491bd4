"""The metrics say what the rows say, whatever happened and however often it was counted."""

from __future__ import annotations

import os
import random
from datetime import timedelta

import pytest
from django.db import connection

from insights.models import MetricHour, MetricProgress
from insights.services import metric_rebuild, metrics
from promotions.models import Redemption
from promotions.services import rollbacks
from promotions.services.rollbacks import RollbackSpec
from tests.conftest import NOW
from tests.insights import direct_count
from tests.insights.metric_shop import WEB, MetricShop

pytestmark = pytest.mark.django_db

SEEDS = range(40) if os.environ.get("FANFARE_NIGHTLY") else range(3)


class Crash(Exception):
    pass


@pytest.mark.parametrize("seed", SEEDS)
def test_they_are_a_direct_count_after_anything(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted at any moment, in small batches, by workers that break off between two statements."""
    zone = ["Europe/Warsaw", "Asia/Kolkata", "America/New_York"][seed % 3]
    shop, chance = MetricShop(seed, NOW, zone), random.Random(seed)
    shop.open()
    metrics.follow(now=shop.now)
    monkeypatch.setattr("insights.services.metric_progress.BATCH", 7)
    monkeypatch.setattr("insights.services.metrics.BATCH", 7)
    for _ in range(60):
        shop.happen()
        if chance.random() < 0.3:
            _count_and_perhaps_break_off(shop, chance)

    metric_rebuild.catch_up(now=shop.now)

    assert direct_count.differences() == []
    assert Redemption.objects.filter(status="ROLLED_BACK").exists()
    assert MetricHour.objects.filter(campaign=None).count() > 5
    before = direct_count.stored()
    assert metric_rebuild.rebuild(now=shop.now).wrong_hours == 0
    assert direct_count.stored() == before
    assert list(metric_rebuild.differences(now=shop.now)) == []


def test_the_next_purchase_is_the_first_when_two_are_taken_back_at_once() -> None:
    shop = MetricShop(1, NOW)
    shop.open()
    for number in range(3):
        shop.now += timedelta(hours=1)
        shop.ask(["S1"], f"anna-{number}", "anna")
    metrics.follow(now=shop.now)
    for redemption in Redemption.objects.order_by("pk")[:2]:
        rollbacks.roll_back(
            redemption_id=redemption.public_id, spec=RollbackSpec(), actor=WEB, now=shop.now, stacked=True
        )

    metrics.follow(now=shop.now)

    assert direct_count.differences() == []


def _count_and_perhaps_break_off(shop: MetricShop, chance: random.Random) -> None:
    left = chance.choice([3, 8, 12, 10_000])

    def break_off(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(break_off):
            metrics.follow(now=shop.now)
    except Crash:
        assert MetricProgress.objects.count() == 1
