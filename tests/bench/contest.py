"""The engine beside others on one workload: each alone in its own process, one after the other, three times.

Figures are medians of the repeats, with the range of the repeats beside them. CEL, zen and django-oscar need
`--competitors`: they are installed into an environment of their own, see `competitors`.
"""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
COUNTS = (10, 100, 1000, 10_000, 100_000)
MOST = {"cel": 10_000, "zen": 10_000, "oscar": 1000}
"""Above this an engine is not asked: compiling 100,000 programs, or applying 10,000 offers, takes minutes."""
LINES = (1, 10, 50)
NAMES = {
    "index": "index",
    "naive": "naive loop",
    "cel": "CEL (Rust)",
    "zen": "zen (Rust)",
    "oscar": "django-oscar",
}


@dataclass(kw_only=True)
class Results:
    """Reports by engine and count, one for each repeat; `bytes` per promotion likewise."""

    reports: dict[tuple[str, int], list[dict[str, Any]]] = field(default_factory=dict)
    bytes: dict[tuple[str, int], int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def median(self, engine: str, count: int, *path: Any) -> float | None:
        values = self.values(engine, count, *path)
        return statistics.median(values) if values else None

    def values(self, engine: str, count: int, *path: Any) -> list[float]:
        """One figure of every repeat."""
        found = []
        for report in self.reports.get((engine, count), []):
            value: Any = report
            for step in path:
                value = value[step]
            found.append(value)
        return found


def run(*, counts: Sequence[int], repeats: int, pythons: dict[str, str]) -> Results:
    """Measure. `pythons`: the interpreter of each engine."""
    results = Results()
    for count in counts:
        # Oscar takes half a minute to set up, so it is asked at its largest number only.
        taking_part = [
            name
            for name in pythons
            if count <= MOST.get(name, count) and (name != "oscar" or count == MOST[name])
        ]
        for _ in range(repeats):
            for name in taking_part:
                if name not in results.failures:
                    _once(results, name, count, pythons[name], [])
        for name in taking_part:
            if name not in results.failures and name != "oscar":
                _once(results, name, count, pythons[name], ["--memory"])
    return results


def _once(results: Results, name: str, count: int, python: str, more: list[str]) -> None:
    command = [python, "-m", "tests.bench.worker", name, str(count), *more]
    sys.stderr.write(f"{NAMES[name]}, {count} promotions{' (memory)' if more else ''}\n")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        results.failures[name] = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return
    report = json.loads(done.stdout)
    if more:
        results.bytes[name, count] = report["bytes"]
    else:
        results.reports.setdefault((name, count), []).append(report)


def tables(results: Results, counts: Sequence[int], engines: Sequence[str]) -> str:
    """Markdown: time per order, growth, the rest."""
    present = [name for name in engines if name not in results.failures]
    parts = [_times(results, counts, present), _questions(results, counts), _rest(results, counts, present)]
    parts += [f"{NAMES[name]} could not run: {text}\n" for name, text in results.failures.items()]
    return "\n".join(parts)


def _times(results: Results, counts: Sequence[int], engines: Sequence[str]) -> str:
    """All matches with their worth."""
    head = "| promotions | lines | matches |"
    rule = "|---:|---:|---:|"
    for name in engines:
        head += f" {NAMES[name]} p50 (range) / p99 ms |"
        rule += "---:|"
    rows = [head + " naive ÷ index |", rule + "---:|"]
    for count in counts:
        for lines in LINES:
            matches = results.median("index", count, str(lines), "matches") or 0
            row = f"| {count:,} | {lines} | {matches:.0f} |"
            for name in engines:
                row += f" {_pair(results, name, count, lines, 'matching')} |"
            rows.append(row + f" {_ratio(results, count, lines, 'matching')} |")
    return "\n".join(rows) + "\n"


def _pair(results: Results, name: str, count: int, lines: int, question: str) -> str:
    if name == "oscar" and lines > 1:
        return "–"
    halves = results.values(name, count, str(lines), question, 0)
    if not halves:
        return "–"
    slowest = results.median(name, count, str(lines), question, 1) or 0
    middle = statistics.median(halves)
    return f"{middle:.3f} ({min(halves):.3f}–{max(halves):.3f}) / {slowest:.2f}"


def _ratio(results: Results, count: int, lines: int, question: str, at: int = 0) -> str:
    naive = results.median("naive", count, str(lines), "matching", at)
    own = results.median("index", count, str(lines), question, at)
    return "–" if naive is None or own is None else f"{naive / own:.1f}"


def _questions(results: Results, counts: Sequence[int]) -> str:
    """What the index answers, with its growth: the exponent of the number of promotions."""
    rows = [
        "| index, 10 lines, p50 ms | "
        + " | ".join(f"{count:,}" for count in counts)
        + " | growth from 1,000 |",
        "|---|" + "---:|" * (len(counts) + 1),
    ]
    names = {"matching": "all matches", "page": "a page of 50, newest first", "best": "the best price"}
    for question, name in names.items():
        medians = [results.median("index", count, "10", question, 0) or 0 for count in counts]
        cells = " | ".join(f"{value:.3f}" for value in medians)
        rows.append(f"| {name} | {cells} | {_exponent(counts, medians)} |")
    best = " | ".join(_ratio(results, count, 1, "best", 1) for count in counts)
    rows.append(f"| best price, 1 line: p99 of the naive loop ÷ p99 of the index | {best} | |")
    return "\n".join(rows) + "\n"


def _exponent(counts: Sequence[int], medians: Sequence[float]) -> str:
    known = dict(zip(counts, medians, strict=True))
    last = max(counts)
    if last <= 1000 or not known.get(1000):
        return "–"
    return f"n^{math.log(known[last] / known[1000]) / math.log(last / 1000):.2f}"


def _rest(results: Results, counts: Sequence[int], engines: Sequence[str]) -> str:
    """Memory, cold build, one change."""
    head = "| | " + " | ".join(f"{count:,}" for count in counts) + " |"
    rows = [head, "|---|" + "---:|" * len(counts)]
    for name in engines:
        cells = [f"{results.bytes[name, c]:,}" if (name, c) in results.bytes else "–" for c in counts]
        rows.append(f"| {NAMES[name]}: bytes per promotion | {' | '.join(cells)} |")
    builds = [f"{results.median('index', count, 'build') or 0:.3f}" for count in counts]
    rows.append(f"| index: cold build, s | {' | '.join(builds)} |")
    puts = [
        " / ".join(f"{results.median('index', count, 'put', at) or 0:.2f}" for at in (0, 1))
        for count in counts
    ]
    rows.append(f"| index: one promotion changed or added, p50 / p99 ms | {' | '.join(puts)} |")
    return "\n".join(rows) + "\n"
