"""Metadata as cells of a CSV file (contract: data file 9): the schema says of which type a cell is. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from core.metadata_types import ValueType

type Definitions = Mapping[str, Mapping[str, Any]]

_WORTH: Final = {"true": True, "false": False, "null": None}


def value_of(definitions: Definitions, key: str, cell: str) -> Any:
    """What a cell says about a metadata key; a text of another type stays one, for the schema to refuse.

    `true`, `false` and `null` are what they say; of an array the items stand between commas. What has no
    definition is text.

    value_of({"age": {"type": "number"}}, "age", "42") -> 42
    """
    definition = definitions.get(key)
    if definition is None:
        return _WORTH.get(cell.strip().lower(), cell)
    if cell.strip().lower() == "null":
        return None
    kind = ValueType(definition["type"])
    if kind is ValueType.OBJECT:
        return _json(cell)
    if definition.get("array"):
        return [_item(kind, item.strip()) for item in cell.split(",") if item.strip()]
    return _item(kind, cell)


def object_of(cell: str) -> dict[str, Any] | None:
    """A whole JSON object in one cell, as exports write it; None: it is none."""
    found = _json(cell)
    return found if isinstance(found, dict) else None


def _item(kind: ValueType, cell: str) -> Any:
    if kind is ValueType.BOOLEAN:
        return _WORTH.get(cell.strip().lower(), cell)
    if kind is not ValueType.NUMBER:
        return cell
    try:
        number = Decimal(cell.strip())
    except InvalidOperation:
        return cell
    if not number.is_finite() or number.copy_abs() > 10**15:
        return cell
    return int(number) if number == number.to_integral_value() else float(number)


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell
