"""Measures the engine beside others, then, on throw-away servers, the API; prints the tables."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from config import devstack

README = Path(__file__).resolve().parents[2] / "README.md"
PARTS = (
    "engine",
    "calendar",
    "api",
    "money",
    "codes",
    "imports",
    "segments",
    "loyalty",
    "referrals",
    "admin",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into the README")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds, to see that it runs")
    parser.add_argument("--only", choices=PARTS, help="one part of all")
    parser.add_argument("--competitors", action="store_true", help="install others and measure them too")
    options = parser.parse_args()
    parts = [options.only] if options.only else PARTS
    if "engine" in parts:
        _publish("engine", _contest(quick=options.quick, with_others=options.competitors), options.write)
    if "calendar" in parts:
        from tests.bench import calendar

        _publish("calendar", calendar.table(quick=options.quick), options.write)
    if "referrals" in parts:
        from tests.bench import referrals

        _publish("referrals", referrals.table(quick=options.quick), options.write)
    if set(parts) <= {"engine", "calendar", "referrals"}:
        return
    with devstack.throwaway() as environment:
        os.environ.update(environment, DJANGO_SETTINGS_MODULE="config.settings_test")
        import django

        django.setup()
        if "api" in parts:
            _publish("api", _api(quick=options.quick), options.write)
        if "money" in parts:
            from tests.bench import money

            _publish("money", money.table(quick=options.quick), options.write)
        if "codes" in parts:
            from tests.bench import codes

            _publish("codes", codes.table(quick=options.quick), options.write)
        if "imports" in parts:
            from tests.bench import imports

            _publish("imports", imports.table(quick=options.quick), options.write)
        if "segments" in parts:
            from tests.bench import segments

            _publish("segments", segments.table(quick=options.quick), options.write)
        if "loyalty" in parts:
            from tests.bench import loyalty

            _publish("loyalty", loyalty.table(quick=options.quick), options.write)
        if "admin" in parts:
            from tests.bench import admin

            _publish("admin", admin.table(quick=options.quick), options.write)


def _publish(part: str, tables: str, write: bool) -> None:
    """Print the tables of a part; into the README too, where its marks are, if that is wanted."""
    sys.stdout.write(f"{tables}\n")
    sys.stdout.flush()
    if write:
        begin, end = f"<!-- bench {part}: begin -->", f"<!-- bench {part}: end -->"
        block = f"{begin}\n{tables}{end}"
        README.write_text(re.sub(f"{begin}.*?{end}", lambda _: block, README.read_text(), flags=re.DOTALL))


def _api(*, quick: bool) -> str:
    from tests.bench import http_calls, measure

    rounds = 30 if quick else 300
    return f"{measure.table(rounds=rounds)}\n{http_calls.table(rounds=rounds)}"


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
