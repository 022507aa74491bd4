"""Events about many cards at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models


def apart[Row: models.Model](
    entities: Sequence[tuple[Row, dict[str, Any]]],
) -> list[list[tuple[Row, dict[str, Any]]]]:
    """In parts that name nobody twice: one customer may hold several cards."""
    parts: list[dict[int, tuple[Row, dict[str, Any]]]] = []
    for entity in entities:
        free = next((part for part in parts if entity[0].pk not in part), None)
        if free is None:
            free = {}
            parts.append(free)
        free[entity[0].pk] = entity
    return [list(part.values()) for part in parts]
