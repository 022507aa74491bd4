"""What events about cards have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from promotions.models import Voucher


def ids(voucher: Voucher) -> dict[str, Any]:
    """Which card it is, and of which programme; the latter is loaded along."""
    campaign = voucher.campaign
    return {"voucher_id": voucher.public_id, "campaign_id": campaign.public_id if campaign else None}


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
