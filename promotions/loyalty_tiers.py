"""What this floor asks about levels of loyalty programmes: `loyalty` registers itself here.

Rules may ask who holds a level (`customer.loyalty_tier`). Without anybody to ask nobody holds one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol


class Levels(Protocol):
    """Levels go by their public ids."""

    def held_by_each(
        self, customers: Collection[int], wanted: Collection[str], *, now: datetime
    ) -> Mapping[int, frozenset[str]]:
        """Which of the `wanted` levels each customer holds, by primary key; one query."""

    def names(self, public_ids: Collection[str]) -> Mapping[str, str]:
        """What people call them, each with its programme; one query."""


_levels: list[Levels] = []


def register(levels: Levels) -> None:
    """Called from `AppConfig.ready()`."""
    _levels[:] = [levels]


def held_by_each(
    customers: Collection[int], wanted: Collection[str], *, now: datetime
) -> Mapping[int, frozenset[str]]:
    """By customer; asks only if there is something to ask."""
    if not customers or not wanted or not _levels:
        return {}
    return _levels[0].held_by_each(customers, wanted, now=now)


def held_by(customer: int | None, wanted: Collection[str], *, now: datetime) -> frozenset[str]:
    if customer is None:
        return frozenset()
    return held_by_each([customer], wanted, now=now).get(customer, frozenset())


def names(public_ids: Collection[str]) -> Mapping[str, str]:
    return _levels[0].names(public_ids) if public_ids and _levels else {}
