"""The work depends on what matches, not on what exists: ratios in one process, with a wide margin."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from engine.index import Index, Match
from engine.snapshot import Snapshot
from tests.bench import workload
from tests.bench.naive import Naive

MANY: Final = 10_000
ORDERS: Final = workload.orders(15, 10)


@pytest.fixture(scope="module")
def entries() -> list[Any]:
    return [(number, candidate, number) for number, candidate in enumerate(workload.candidates(MANY))]


@pytest.fixture(scope="module")
def index(entries: list[Any]) -> Index:
    filled = Index()
    filled.put_many(entries)
    return filled


def fastest(ask: Callable[[Snapshot], Any]) -> float:
    """Median over the orders of the fastest of five runs: whatever else the machine does."""
    runs = []
    for order in ORDERS:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            ask(order)
            times.append(time.perf_counter() - started)
        runs.append(min(times))
    return statistics.median(runs)


def test_answers_the_workload_as_the_loop_over_all_does(index: Index, entries: list[Any]) -> None:
    naive = Naive(entries)

    for lines in (1, 10, 50):
        for order in workload.orders(10, lines):
            expected = naive.matching(order)

            assert index.matching(order) == expected
            assert index.page(order, limit=50) == expected[:50]
            assert index.best(order) == naive.best(order)


def test_is_several_times_faster_than_the_loop_over_all(index: Index, entries: list[Any]) -> None:
    loop = fastest(Naive(entries).matching)

    assert loop > 4 * fastest(index.matching)
    assert loop > 6 * fastest(index.best)


def test_a_page_and_the_best_price_hardly_grow(index: Index, entries: list[Any]) -> None:
    small = Index()
    small.put_many(entries[: MANY // 10])

    assert fastest(lambda order: index.page(order, limit=20)) < 5 * fastest(
        lambda order: small.page(order, limit=20)
    )
    assert fastest(index.best) < 5 * fastest(small.best)


def test_expired_blocks_are_not_looked_at(index: Index) -> None:
    def ask_later(order: Snapshot) -> list[Match]:
        return index.matching(replace(order, now=order.now + timedelta(days=365)))

    assert ask_later(ORDERS[0]) == []
    assert 2 * fastest(ask_later) < fastest(index.matching)
