"""What a night has time for: `make soak`, `make soak ARGS='--turns 5 --kills 20'`.

The whole of the tests of which only a part runs by day (state machines, matrices), all races again and again,
and kills of servers under load. Every part runs, whatever became of those before; ends with 1 if one of them
failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
PYTEST = ("-m", "pytest", "-q", "-n")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make soak", description="The long proofs.")
    parser.add_argument("--turns", type=int, default=20, help="how often the races run (20)")
    parser.add_argument("--kills", type=int, default=60, help="how many servers are killed (60)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the kills; printed")
    options = parser.parse_args(argv)
    failed = []
    for name, command in _parts(options):
        _say(f"\n== {name}")
        if subprocess.run(
            [sys.executable, *command], check=False, cwd=BASE_DIR, env=_environment()
        ).returncode:
            failed.append(name)
    _say(f"\n{len(failed)} parts failed: {', '.join(failed)}" if failed else "\nEverything held.")
    return int(bool(failed))


def _parts(options: argparse.Namespace) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "what is cut short by day", (*PYTEST, "auto", *cut_short())
    for turn in range(1, options.turns + 1):
        yield f"races, turn {turn} of {options.turns}", (*PYTEST, "0", "tests/concurrency")
    crash = ("--kills", str(options.kills), "--what", "mixed", "--seed", str(options.seed))
    yield f"{options.kills} kills, seed {options.seed}", ("-m", "tests.crash", *crash)


def cut_short() -> list[str]:
    """The tests that read FANFARE_NIGHTLY, themselves or through `tests.nightly`."""
    files = (path for path in BASE_DIR.glob("tests/**/test_*.py") if "nightly" in path.read_text().lower())
    return sorted(str(path.relative_to(BASE_DIR)) for path in files)


def _environment() -> dict[str, str]:
    """What is cut short by day reads FANFARE_NIGHTLY."""
    return {**os.environ, "FANFARE_NIGHTLY": "1"}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
