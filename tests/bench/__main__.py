"""Measures the engine beside others, then, on throw-away servers, the API; prints the tables."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from config import devstack

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds, to see that it runs")
    parser.add_argument("--competitors", action="store_true", help="install others and measure them too")
    options = parser.parse_args()
    contest = _contest(quick=options.quick, with_others=options.competitors)
    sys.stdout.write(contest)
    with devstack.throwaway() as environment:
        os.environ.update(environment, DJANGO_SETTINGS_MODULE="config.settings_test")
        import django

        django.setup()
        from tests.bench import http_calls, measure

        rounds = 30 if options.quick else 300
        table = f"{measure.table(rounds=rounds)}\n{http_calls.table(rounds=rounds)}"
    sys.stdout.write(table)
    if options.write:
        text = README.read_text()
        block = f"{BEGIN}\n{contest}\n{table}{END}"
        README.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: block, text, flags=re.DOTALL))


def _contest(*, quick: bool, with_others: bool) -> str:
    from tests.bench import competitors, contest

    pythons = {"index": sys.executable, "naive": sys.executable}
    if with_others:
        pythons |= dict.fromkeys(("cel", "zen", "oscar"), competitors.python())
    counts = contest.COUNTS[:-1] if quick else contest.COUNTS
    results = contest.run(counts=counts, repeats=1 if quick else 3, pythons=pythons)
    return contest.tables(results, counts, list(pythons))


if __name__ == "__main__":
    main()
