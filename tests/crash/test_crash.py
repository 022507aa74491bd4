"""A few kills for every run of the suite; many by hand: `python -m tests.crash --kills 50 --what mixed`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config import devstack


@pytest.mark.slow
def test_what_was_answered_is_there_once_after_three_kills() -> None:
    """PostgreSQL, the web server, and one of its workers; each in the middle of work."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.crash", "--kills", "3", "--what", "mixed", "--seed", "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=devstack.BASE_DIR,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    killed = [line.split()[1] for line in run.stdout.splitlines()[1:-1]]
    assert sorted(killed) == ["database", "web", "worker"]
