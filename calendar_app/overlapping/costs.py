"""What a conflict may cost, as an upper estimate from what items give away a day. Whole minor units."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from calendar_app.overlapping import when
from calendar_app.overlapping.items import Item
from engine.spans import Spans


def smallest(items: Iterable[Item], spans: Spans, until: datetime) -> int | None:
    """What the smallest of them gives in the common time: more than that nobody gets twice, or loses.

    None where nobody knows what one of them gives.
    """
    found = [item.daily_cost for item in items]
    if not found or any(one is None for one in found):
        return None
    return min(one for one in found if one is not None) * when.days(spans, until)


def total(items: Iterable[Item], spans: Spans, until: datetime) -> int | None:
    """What all of them give in this time, as far as it is known; None where nothing is."""
    found = [item.daily_cost for item in items if item.daily_cost is not None]
    return sum(found) * when.days(spans, until) if found else None
