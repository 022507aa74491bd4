"""The engine runs without Django and without the house; it reads no clock and knows no float."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(engine.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
ALLOWED_MODULES = {
    "__future__", "abc", "array", "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal",
    "engine", "enum", "fractions", "functools", "heapq", "itertools", "math", "operator", "re", "threading",
    "types", "typing", "zoneinfo",
}  # fmt: skip
FORBIDDEN_NAMES = {"float", "print", "open", "eval", "exec", "input"}
FORBIDDEN_ATTRIBUTES = {"today", "utcnow", "getLogger"}

BLOCKED_IMPORT = """
import sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "rest_framework", "celery", "core", "config"}:
            raise ImportError(name + " is out of bounds")

sys.meta_path.insert(0, Wall())
from datetime import UTC, datetime
from engine import Basket, Candidate, Snapshot, effects, evaluate

discount = effects.parse({"type": "PERCENT", "percent_off": 10})
snapshot = Snapshot(
    now=datetime(2026, 1, 1, tzinfo=UTC),
    basket=Basket(amount=17500),
    candidates=(Candidate(key="A", discount=discount),),
)
sys.stdout.write(str(evaluate(snapshot).order.total_amount))
try:
    import django
except ImportError:
    sys.stdout.write(" without Django")
"""


def test_decides_where_django_cannot_be_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED_IMPORT], cwd=ROOT.parent, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("15750 without Django", "")


def test_there_are_files_to_look_at() -> None:
    assert {"evaluate.py", "money.py", "percent_order.py"} <= {file.name for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_only_itself_and_the_pure_part_of_the_standard_library(file: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])

    assert imported <= ALLOWED_MODULES


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_names_no_float_no_clock_and_no_io(file: Path) -> None:
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
            found.append(node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append(str(node.value))
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            found.append(ast.unparse(node))
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            found.append(node.attr)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("datetime.now"):
            found.append(ast.unparse(node))

    assert found == []
