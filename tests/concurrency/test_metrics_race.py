"""Counting beside shoppers and other workers: nothing is missed, nothing counts twice, nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from insights.models import MetricProgress
from insights.services import metric_rebuild, metrics
from promotions.models import Redemption
from tests.conftest import NOW
from tests.insights import direct_count
from tests.insights.metric_shop import MetricShop

pytestmark = pytest.mark.django_db(transaction=True)

AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """Another process."""
    params = {**connection.get_connection_params()}
    names = ("dbname", "user", "password", "host", "port")
    opened = psycopg.connect(**{name: params[name] for name in names if name in params})
    yield opened
    opened.close()


def test_an_event_with_a_lower_number_that_commits_later_is_counted(
    other: psycopg.Connection[Any],
) -> None:
    """Its number was handed out before those that were read long ago."""
    shop = MetricShop(1, NOW)
    shop.open()
    metrics.follow(now=NOW)
    shop.ask(["S1"], "first", "anna")
    late = Redemption.objects.get()
    # What told of it is as if it had not been said; a shopper who takes his time says it now.
    other.execute("UPDATE core_outboxevent SET payload = '{}'")
    other.commit()
    metrics.follow(now=NOW)
    other.execute(
        "INSERT INTO core_outboxevent (public_id, name, entity_type, entity_id, sequence, payload, "
        "actor_kind, actor_id, channel, request_id, created_at) VALUES ('ev_late', "
        "'redemption.succeeded', 'redemption', %s, 99, jsonb_build_object('redemption_id', %s::text), "
        "'', '', '', '', now())",
        [late.public_id, late.public_id],
    )
    shop.ask(["A1"], "second", "bea")
    for _ in range(3):
        metrics.follow(now=NOW)
    assert len(direct_count.differences()) > 0

    other.commit()
    metrics.follow(now=NOW)

    assert direct_count.differences() == []


def test_workers_count_beside_shoppers(at_once: AtOnce, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four shoppers, two workers and a rebuild, all at the same time."""
    monkeypatch.setattr("insights.services.metric_progress.BATCH", 5)
    monkeypatch.setattr("insights.services.metrics.BATCH", 5)
    monkeypatch.setattr("insights.services.metric_rebuild.BATCH", 5)
    shop = MetricShop(2, NOW)
    shop.open()
    metrics.follow(now=NOW)
    is_over = threading.Event()

    def shopper(seed: int) -> None:
        own = MetricShop(seed, NOW + timedelta(seconds=seed))
        own.tier = shop.tier
        own.number = 1_000 * seed
        for _ in range(12):
            own.happen()

    def worker() -> None:
        while not is_over.is_set():
            metrics.follow(now=NOW)

    def shoppers() -> None:
        threads = [threading.Thread(target=closing(shopper), args=[seed]) for seed in range(10, 14)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        is_over.set()

    at_once([shoppers, worker, worker, lambda: metric_rebuild.rebuild(now=NOW)])
    metric_rebuild.catch_up(now=NOW)

    assert direct_count.differences() == []
    assert Redemption.objects.count() > 30
    progress = MetricProgress.objects.get()
    assert progress.settled_id is not None


def test_nobody_waits_for_a_worker_that_hangs(other: psycopg.Connection[Any]) -> None:
    """Another pass goes home, a shopper redeems; what is left is counted when the worker is gone."""
    shop = MetricShop(3, NOW)
    shop.open()
    metrics.follow(now=NOW)
    other.execute("SELECT 1 FROM insights_metricprogress FOR NO KEY UPDATE")

    shop.ask(["S1"], "first", "anna")
    assert metrics.follow(now=NOW) == 0

    other.rollback()
    assert metrics.follow(now=NOW) > 0
    assert direct_count.differences() == []


def closing(work: Callable[[int], None]) -> Callable[[int], None]:
    def run(seed: int) -> None:
        try:
            work(seed)
        finally:
            connection.close()

    return run
