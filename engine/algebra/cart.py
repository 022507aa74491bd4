"""An order that meets what is asked of its lines: planned, then units and prices are moved until it fits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from engine.algebra.moves import Moves
from engine.algebra.planning import Planner, Rows
from engine.basket import Line

_STEPS: Final = 18
_MOST_MOVES: Final = 40


@dataclass(slots=True)
class Cart:
    """`is_assumed`: nobody knows whether its articles are in a collection that is asked for."""

    planner: Planner
    seen: set[Rows] = field(default_factory=set)
    is_assumed: bool = False

    def lines(self) -> tuple[Line, ...] | None:
        """The lines; None when none were found, which proves nothing."""
        rows = self.planner.begun()
        if rows is None:
            return None
        for _ in range(_STEPS):
            broken = self.planner.broken(rows)
            if not broken:
                return self._made(rows)
            self.seen.add(rows)
            moved = [
                other
                for one in broken[:2]
                for other in Moves(self.planner).of(rows, one)
                if other not in self.seen
            ]
            if not moved:
                return None
            rows = min(moved[:_MOST_MOVES], key=self.planner.distance)
        return None

    def _made(self, rows: Rows) -> tuple[Line, ...] | None:
        found = []
        for row in rows:
            part = self.planner.problem.catalogue.parts[row.part]
            asks = (*self.planner.drafts[row.draft].asks, *self.planner.problem.asks_at(row.part))
            metadata = self.planner.metadata(asks)
            if metadata is None:
                return None
            self.is_assumed = self.is_assumed or part.is_assumed
            own, of_product = metadata
            line = part.lines[row.example]
            found.append(
                replace(line, price=row.price, quantity=row.units, metadata=own, product_metadata=of_product)
            )
        return tuple(found)
