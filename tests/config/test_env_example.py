"""`.env.example` is the reference of all settings: it may neither forget one nor tell a wrong default."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Read by `up`, by gunicorn and by scripts/run; the others by config/settings.py.
NOT_DJANGO = {"HOST", "PORT", "WEB_CONCURRENCY", "PYTHON", "FANFARE_TEST_PROCESSES"}


def documented() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))


def read_by_settings() -> dict[str, ast.expr]:
    """Names that the settings read from the environment, with the source of the default."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(ast.parse((ROOT / "config/settings.py").read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "env"
        ):
            assert isinstance(node.args[0], ast.Constant)
            found[str(node.args[0].value)] = next(
                word.value for word in node.keywords if word.arg == "default"
            )
    return found


def as_text(default: ast.expr) -> str | None:
    """A literal default as one writes it in the environment; None when it is computed."""
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return None
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def test_names_every_setting_once() -> None:
    assert set(documented()) == set(read_by_settings()) | NOT_DJANGO


def test_tells_the_defaults() -> None:
    literal = {name: text for name, node in read_by_settings().items() if (text := as_text(node)) is not None}

    assert len(literal) >= 10
    assert {name: documented()[name] for name in literal} == literal
