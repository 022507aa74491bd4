"""Which units share a budget, or tell the same segment: only these are compared in that respect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from calendar_app.overlapping.items import Item

type Tie = tuple[str, int | str]


class Neighbours:
    def __init__(self) -> None:
        self._units: Final[dict[Tie, set[str]]] = {}

    def add(self, unit: str, items: Iterable[Item]) -> None:
        for tie in ties(items):
            self._units.setdefault(tie, set()).add(unit)

    def drop(self, unit: str, items: Iterable[Item]) -> None:
        for tie in ties(items):
            known = self._units.get(tie)
            if known is not None:
                known.discard(unit)
                if not known:
                    del self._units[tie]

    def of(self, items: Iterable[Item]) -> set[str]:
        """All units that have something in common with these items."""
        return {unit for tie in ties(items) for unit in self._units.get(tie, ())}


def ties(items: Iterable[Item]) -> Iterator[Tie]:
    for item in items:
        for pool in item.budgets:
            yield "budget", pool.id
        for message in item.messages:
            yield "segment", message.segment
