"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
OURS = [
    "approvals",
    "calendar_app",
    "commerce",
    "config",
    "core",
    "demo_store",
    "engine",
    "insights",
    "integrations",
    "loyalty",
    "promotions",
    "referrals",
]
MAX_LINES = 400
MAX_README_LINES = 60


def tracked(*patterns: str) -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listing.splitlines() if (ROOT / name).exists()]


def python_files(*, with_tests: bool = True) -> Iterator[Path]:
    for path in tracked("*.py"):
        parts = path.relative_to(ROOT).parts
        if "migrations" not in parts and (with_tests or parts[0] != "tests"):
            yield path


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        p.relative_to(ROOT).as_posix(): n
        for p in python_files()
        if (n := len(p.read_text().splitlines())) > MAX_LINES
    }

    assert long == {}


@pytest.mark.parametrize("app", [name for name in OURS if name != "config"])
def test_every_app_explains_itself_briefly(app: str) -> None:
    lines = (ROOT / app / "README.md").read_text().splitlines()

    assert 3 <= len(lines) <= MAX_README_LINES


def test_no_column_is_a_float() -> None:
    floats = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.get_fields()
        if isinstance(field, models.FloatField)
    ]

    assert floats == []


def test_the_engine_never_calls_float() -> None:
    calls = [
        f"{path.name}:{node.lineno}"
        for path in tracked("engine/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    ]

    assert calls == []


# What the end of `migrate` fills in is no reaction to a row.
_SIGNALS = re.compile(r"django\.db\.models\.signals(?! import post_migrate\n)|import (post|pre)_save")


def test_models_have_no_default_ordering_and_no_signals() -> None:
    ordered = [m.__name__ for m in apps.get_models() if m._meta.app_label in OURS and m._meta.ordering]
    signals = [
        p.relative_to(ROOT).as_posix()
        for p in python_files(with_tests=False)
        if _SIGNALS.search(p.read_text())
    ]

    assert ordered == []
    assert signals == []


CLOCK = re.compile(r"timezone\.now|datetime\.now|utcnow|date\.today|time\.time\(")


def test_domain_code_never_reads_the_clock() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in python_files(with_tests=False)
        if _is_domain(path) and CLOCK.search(path.read_text())
    ]

    assert readers == []


def test_nothing_dangerous_is_called() -> None:
    pattern = re.compile(r"\b(eval|exec|pickle\.loads?|yaml\.load|mark_safe|RawSQL)\(|\.extra\(")
    found = sorted(
        path.relative_to(ROOT).as_posix()
        for path in python_files(with_tests=False)
        if pattern.search(path.read_text())
    )

    assert found == []


# Spelled in pieces, so that this file does not name them itself.
HOSTS = ["py" + r"pi\.org", "python" + "hosted", r"registry\." + "npmjs", r"deb\." + r"debian\.org"]
MACHINE_PATHS = ["/ro" + "ot/", "/wo" + "rk/"]
NAMES = re.compile("|".join(HOSTS + MACHINE_PATHS))


def test_no_file_names_a_registry_or_a_machine() -> None:
    named = [
        p.relative_to(ROOT).as_posix() for p in tracked() if p.suffix != ".svg" and NAMES.search(_text(p))
    ]

    assert named == []


def test_the_engine_needs_no_django() -> None:
    code = (
        "import sys\n"
        "sys.modules['django'] = sys.modules['rest_framework'] = None\n"
        "import engine\n"
        "print(engine.evaluate.__name__)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    # noqa: S603

    assert run.stdout.strip() == "evaluate", run.stderr


def _is_domain(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return parts[0] == "engine" or bool({"services", "selectors", "kinds", "models"} & set(parts))


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""
