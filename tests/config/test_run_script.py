"""`scripts/run` must find a Python that works, wherever it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "run"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The only folder on the PATH: holds `dirname`, which the script needs, and no Python."""
    target = tmp_path / "bin"
    target.mkdir()
    (target / "dirname").symlink_to(str(shutil.which("dirname")))
    return target


def add(folder: Path, name: str, body: str) -> Path:
    program = folder / name
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return program


def find(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT), "python"],
        env={"PATH": str(folder), "HOME": str(folder), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_passes_over_a_shim_that_exists_but_fails(folder: Path) -> None:
    add(folder, "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    add(folder, "python3", f'exec {sys.executable} "$@"')

    assert find(folder).stdout == "python3\n"


def test_passes_over_a_python_that_is_too_old(folder: Path) -> None:
    add(folder, "python3.12", "exit 1")  # what `sys.exit(sys.version_info < (3, 12))` gives on an old one
    current = add(folder / ".pyenv/versions/3.13.0/bin", "python", f'exec {sys.executable} "$@"')

    assert find(folder).stdout == f"{current}\n"


def test_prefers_the_python_that_is_named(folder: Path) -> None:
    add(folder, "python3.13", f'exec {sys.executable} "$@"')
    named = add(folder / "elsewhere", "my python", f'exec {sys.executable} "$@"')

    assert find(folder, PYTHON=str(named)).stdout == f"{named}\n"


def test_says_what_is_missing(folder: Path) -> None:
    result = find(folder)

    assert result.returncode == 1
    assert result.stdout == ""
    assert "needs Python 3.12 or newer" in result.stderr
    assert "PYTHON=/path/to/python3.12" in result.stderr


def test_refuses_an_unknown_task() -> None:
    result = subprocess.run(
        ["/bin/sh", str(SCRIPT), "dance"], env=dict(os.environ), capture_output=True, text=True, check=False
    )

    assert result.returncode == 2
    assert "usage:" in result.stderr
