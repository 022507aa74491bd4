"""Operands of conditions as people read them, by what kind of value the rule compares."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.items import ItemRef
from engine.rules.families import Kind
from engine.rules.values import number
from engine.summary import phrases
from engine.summary.articles import article
from engine.summary.names import Names


def operand(value: Any, kind: Kind, names: Names) -> str:
    """One operand. A figure that is no figure is shown as it stands."""
    if isinstance(value, ItemRef):
        return article(value, names)
    found = number(value)
    if kind is Kind.MONEY and found is not None and found == int(found):
        return names.money(int(found))
    if kind is Kind.ID and isinstance(value, str):
        return names.of(value)
    if kind not in (Kind.FREE, Kind.ID) and found is not None:
        return phrases.figure(found)
    return plain(value)


def plain(value: Any) -> str:
    """A value as it is compared: texts in quotes, numbers exact, yes and no."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items()) or "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value) or "nothing"
    return phrases.quoted(value) if isinstance(value, str) else str(value)
