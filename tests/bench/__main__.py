"""Starts throw-away servers, measures, prints the table."""

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
    options = parser.parse_args()
    with devstack.throwaway() as environment:
        os.environ.update(environment, DJANGO_SETTINGS_MODULE="config.settings_test")
        import django

        django.setup()
        from tests.bench import measure

        table = measure.table(rounds=30 if options.quick else 300)
    sys.stdout.write(table)
    if options.write:
        text = README.read_text()
        block = f"{BEGIN}\n{table}{END}"
        README.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: block, text, flags=re.DOTALL))


if __name__ == "__main__":
    main()
