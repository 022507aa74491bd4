"""Free JSON with exact numbers: what PostgreSQL hands out as `float` becomes the decimal that was stored."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def exact(value: Any) -> Any:
    """The same JSON value without floats.

    exact({"size": 1.1}) -> {"size": Decimal("1.1")}
    """
    if isinstance(value, float):
        # The shortest text that reads back as the same float is what the column holds.
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return value
