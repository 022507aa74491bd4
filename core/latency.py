"""How long calls took, as counts of calls by time: exact to add up, cheap to keep, good for percentiles."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

BOUNDS: Final = (2, 5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000)
"""Milliseconds: a call counts under the first bound that it did not exceed, the slowest behind the last."""
PLACES: Final = len(BOUNDS) + 1


def place_of(milliseconds: int) -> int:
    """Under which bound a call counts: 12 -> 3, the fourth of `BOUNDS`."""
    return bisect_left(BOUNDS, milliseconds)


def percentile(took: Sequence[int], percent: int, *, slowest: int) -> int | None:
    """So many percent of the calls were answered within this many milliseconds; None: there were no calls.

    Within a bound calls are taken to be spread evenly. Never above the slowest call.

    percentile([0, 0, 4, 0, …], 50, slowest=9) -> 8
    """
    total = sum(took)
    if not total:
        return None
    wanted = -(-total * percent // 100)
    before = 0
    for place, calls in enumerate(took):
        if before + calls >= wanted:
            low = BOUNDS[place - 1] if place else 0
            high = BOUNDS[place] if place < len(BOUNDS) else max(slowest, low)
            return min(slowest, low + -(-(high - low) * (wanted - before) // calls))
        before += calls
    raise AssertionError("unreachable")
