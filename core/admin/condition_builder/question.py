"""What the panel "Test it" asks, read from the page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.forms import DateTimeField

from core.admin.forms import MoneyField

_MOST_LINES: Final = 50
_MOST_UNITS: Final = 1_000_000
_FORMATS: Final = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True, kw_only=True)
class Question:
    """`who` and the items of `lines` are `kind:id` or empty; `at` None = now; `amount` in minor units."""

    who: str = ""
    lines: tuple[tuple[str, int], ...] = ()
    order: str = ""
    amount: int | None = None
    at: datetime | None = None
    store: str = ""


def read(text: str) -> Question:
    """:raises ValidationError: what is wrong, for people."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValidationError("The question cannot be read. Reload the page and try again.")
    lines = found.get("lines")
    rows = lines if isinstance(lines, list) else []
    return Question(
        who=_text(found, "who"),
        lines=tuple(_line(row) for row in rows[:_MOST_LINES] if isinstance(row, dict) and row.get("item")),
        order=_text(found, "order"),
        amount=MoneyField().clean(_text(found, "amount")),
        at=DateTimeField(required=False, input_formats=_FORMATS).clean(_text(found, "at")),
        store=_text(found, "store"),
    )


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""


def _line(row: dict[str, Any]) -> tuple[str, int]:
    units = str(row.get("units") or "1").strip()
    if not (units.isascii() and units.isdecimal() and len(units) <= len(str(_MOST_UNITS)) and int(units)):
        raise ValidationError("Say how many units, from 1 up.")
    return str(row["item"]), min(int(units), _MOST_UNITS)
