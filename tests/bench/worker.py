"""One engine, one number of promotions, in a process of its own: `python -m tests.bench.worker index 1000`.

Prints one line of JSON: seconds to build, bytes per promotion (only with `--memory`, which slows everything),
and by number of lines the milliseconds (p50, p99) of each question and the matches of an order.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.index import Index
from engine.snapshot import Snapshot
from tests.bench import workload

LINES = (1, 10, 50)
PAGE = 50
PUTS = 200


class Indexed:
    """The index under the names that the worker asks by."""

    def __init__(self, entries: Any) -> None:
        self.index = Index()
        self.index.put_many(entries)
        self.matching = self.index.matching
        self.best = self.index.best

    def page(self, order: Snapshot) -> Any:
        return self.index.page(order, limit=PAGE)


def engine_of(name: str) -> Any:
    """The class that is built from (key, candidate, rank)."""
    if name == "index":
        return Indexed
    if name == "naive":
        from tests.bench.naive import Naive

        return Naive
    if name == "oscar":
        from tests.bench.oscar import Oscar

        return Oscar
    from tests.bench import expressions

    return {"cel": expressions.Cel, "zen": expressions.Zen}[name]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("count", type=int)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    report = memory(options) if options.memory else speed(options)
    sys.stdout.write(json.dumps(report) + "\n")


def speed(options: argparse.Namespace) -> dict[str, Any]:
    entries = _entries(options.count)
    # What was made for the bench alone is no business of the collector.
    gc.collect()
    gc.freeze()
    started = time.perf_counter()
    engine = engine_of(options.engine)(entries)
    report: dict[str, Any] = {"build": time.perf_counter() - started}
    gc.collect()
    gc.freeze()
    for lines in LINES[:1] if options.engine == "oscar" else LINES:
        report[str(lines)] = _questions(engine, lines)
    if options.engine == "index":
        # Last, because it leaves other promotions behind.
        report["put"] = _puts(engine.index, entries)
    return report


def memory(options: argparse.Namespace) -> dict[str, Any]:
    """Of Python engines what they have allocated, of others how much the process has grown."""
    make = engine_of(options.engine)
    make(_entries(10))
    is_python = options.engine in ("index", "naive")
    if is_python:
        tracemalloc.start()
    before = _used(is_python)
    entries = _entries(options.count)
    engine = make(entries)
    del entries
    gc.collect()
    used = _used(is_python) - before
    assert engine is not None
    return {"bytes": used // options.count}


def _entries(count: int) -> list[Any]:
    return [(number, candidate, number) for number, candidate in enumerate(workload.candidates(count))]


def _questions(engine: Any, lines: int) -> dict[str, Any]:
    orders: list[Any] = workload.orders(200, lines)
    if hasattr(engine, "prepared"):
        orders = [engine.prepared(order) for order in orders[:20]]
    found = [len(engine.matching(order)) for order in orders[:10]]
    report: dict[str, Any] = {"matches": sum(found) // len(found)}
    for question in ("matching", "page", "best"):
        ask = getattr(engine, question, None)
        if ask is not None and (question == "matching" or isinstance(engine, Indexed)):
            report[question] = _times(ask, orders)
    return report


def _times(ask: Callable[[Any], Any], orders: list[Any]) -> tuple[float, float]:
    """p50 and p99 in milliseconds of up to 200 orders, of fewer where one takes long."""
    started = time.perf_counter()
    for order in orders[:3]:
        ask(order)
    each = (time.perf_counter() - started) / 3
    times = []
    for order in orders[: max(20, min(len(orders), int(1 / each)))]:
        started = time.perf_counter()
        ask(order)
        times.append(time.perf_counter() - started)
    times.sort()
    return times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000


def _puts(index: Index, entries: list[Any]) -> tuple[float, float, float]:
    """p50, p99 and the slowest in milliseconds: promotions changed, as many new ones added."""
    chance = random.Random("puts")
    times = []
    for number in range(PUTS):
        _, candidate, _ = chance.choice(entries)
        key = chance.randrange(len(entries)) if number % 2 else len(entries) + number
        started = time.perf_counter()
        index.put(key, candidate, rank=key)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return times[PUTS // 2], times[int(PUTS * 0.99)], times[-1]


def _used(is_python: bool) -> int:
    if is_python:
        return tracemalloc.get_traced_memory()[0]
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
