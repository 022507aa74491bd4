"""Planned lines of an order: which wishes each fulfils, what it may cost, and what does not fit yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from engine.algebra import figures
from engine.algebra.figures import Figures
from engine.algebra.literals import Ask, LineAsk, Measure
from engine.algebra.people import shape_of
from engine.algebra.problem import Peak, Problem, Total, Wanted, bits
from engine.algebra.values import ABSENT, FAILED, value_for
from engine.algebra.world import World
from engine.rules.operators import Clock

USUAL: Final = 1_000
"""What an article costs of which nobody knows the price."""


class Row(NamedTuple):
    """A planned line: which draft it is for, of which part of the catalogue, which example of it."""

    draft: int
    part: int
    example: int
    price: int | None
    units: int


type Rows = tuple[Row, ...]


@dataclass(slots=True)
class Draft:
    """What one line has to be, after all that it is wanted for. `keys` say which wishes it fulfils."""

    mask: int
    price: Figures
    quantity: Figures
    asks: tuple[LineAsk, ...] = ()
    apart: frozenset[str] = frozenset()
    keys: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """How to begin: `merges` lets one line serve many wishes, `turn` takes other articles first."""

    merges: bool = True
    turn: int = 0


@dataclass(slots=True)
class Planner:
    """Plans the lines of one order for `problem`. `marks` are the wishes that stand for peaks."""

    problem: Problem
    plan: Plan
    clock: Clock
    world: World
    drafts: list[Draft] = field(default_factory=list)
    marks: dict[int, Wanted] = field(default_factory=dict)
    known_limits: dict[tuple[int, int], tuple[Figures, Figures]] = field(default_factory=dict)

    def begun(self) -> Rows | None:
        for peak in self.problem.peaks:
            self._plan_peak(peak)
        for wish in sorted(
            self.problem.wanted, key=lambda one: (one.mask & self.problem.allowed).bit_count()
        ):
            if not self._merged(wish, self.drafts, merges=self.plan.merges):
                self._drafted(wish)
        rows: list[Row] = []
        for number in range(len(self.drafts)):
            row = self._row(number)
            if row is None:
                return None
            rows.append(row)
        return tuple(rows)

    def _plan_peak(self, peak: Peak) -> None:
        """Its lines; what is the cheapest (dearest) of the same lines is the same line."""
        one = peak.wanted if peak.count == 1 else replace(peak.wanted, apart=f"peak {id(peak)}")
        of = peak.of & self.problem.allowed
        twins = [
            draft
            for other in self.problem.peaks
            if other.is_cheapest is peak.is_cheapest and other.of & self.problem.allowed == of
            for draft in self.drafts
            if id(self.marks.get(id(other))) in draft.keys
        ]
        self.marks[id(peak)] = one
        for _ in range(peak.count):
            if not self._merged(one, twins, merges=True) and not (
                self.plan.merges and self._merged(one, self.drafts, merges=True)
            ):
                self._drafted(one)

    def _drafted(self, wish: Wanted) -> None:
        mask = wish.mask & self.problem.allowed
        apart = frozenset({wish.apart}) - {""}
        draft = Draft(mask, wish.price, wish.quantity, wish.asks, apart, frozenset({id(wish)}))
        self.drafts.append(draft)

    def _merged(self, wish: Wanted, drafts: Sequence[Draft], *, merges: bool) -> bool:
        """Does a line that is planned already do, or can it be made so?"""
        for draft in drafts:
            mask = draft.mask & wish.mask
            price, quantity = draft.price & wish.price, draft.quantity & wish.quantity
            is_covered = mask == draft.mask and price == draft.price and quantity == draft.quantity
            if not merges and not (is_covered and not wish.asks):
                continue
            if not mask or wish.apart in draft.apart or not price or not quantity:
                continue
            if wish.asks and not self._fits_metadata((*draft.asks, *wish.asks)):
                continue
            if not any(self._fits(part, price, quantity) for part in bits(mask)):
                continue
            draft.mask, draft.price, draft.quantity = mask, price, quantity
            draft.asks = (*draft.asks, *wish.asks)
            draft.apart |= {wish.apart} - {""}
            draft.keys |= {id(wish)}
            return True
        return False

    def _fits(self, part: int, price: Figures, quantity: Figures) -> bool:
        own, units = price & self.problem.price_at(part), quantity & self.problem.quantity_at(part)
        return bool(own) and bool(units.spans)

    def _fits_metadata(self, asks: Sequence[LineAsk]) -> bool:
        return self.metadata(asks) is not None

    def limits(self, draft: int, part: int) -> tuple[Figures, Figures]:
        found = self.known_limits.get((draft, part))
        if found is None:
            own = self.drafts[draft]
            found = (
                own.price & self.problem.price_at(part),
                own.quantity & self.problem.quantity_at(part) & figures.SOME,
            )
            self.known_limits[draft, part] = found
        return found

    def _row(self, draft: int, turn: int | None = None) -> Row | None:
        rows = self.rows(draft)
        if not rows:
            return None
        return rows[(self.plan.turn if turn is None else turn) % len(rows)]

    def rows(self, draft: int) -> list[Row]:
        """A line for the draft of each part that it may be of, the best first."""
        found = []
        for part in bits(self.drafts[draft].mask):
            row = self._row_of(draft, part)
            if row is not None:
                found.append(row)
        return sorted(found, key=self._rank)

    def _row_of(self, draft: int, part: int) -> Row | None:
        price, units = self.limits(draft, part)
        least = units.from_(1)
        if not price or least is None:
            return None
        examples = self.problem.catalogue.parts[part].lines
        for at, line in enumerate(examples):
            if line.price is not None and line.price in price:
                return Row(draft, part, at, line.price, least)
        return Row(draft, part, 0, price.near(examples[0].price or USUAL), least)

    def _rank(self, row: Row) -> tuple[bool, int, bool]:
        part = self.problem.catalogue.parts[row.part]
        capped = sum(
            1 for one in self.problem.totals if one.mask >> row.part & 1 and one.figures.high < figures.TOP
        )
        is_invented = part.lines[row.example].price != row.price
        return (part.is_assumed, capped, is_invented)

    def broken(self, rows: Rows) -> list[Total | Peak]:
        found: list[Total | Peak] = [
            one for one in self.problem.totals if sum_of(rows, one) not in one.figures
        ]
        found += [one for one in self.problem.peaks if not self.is_peak(rows, one)]
        return found

    def distance(self, rows: Rows) -> tuple[int, int]:
        """How much is broken, and by how much."""
        broken, far = self.broken(rows), 0
        for one in broken:
            found = sum_of(rows, one) if isinstance(one, Total) else None
            if isinstance(one, Total) and found is not None:
                far += abs(found - (one.figures.near(found) or 0))
        return (len(broken), far)

    def is_peak(self, rows: Rows, peak: Peak) -> bool:
        edge = self.edge(rows, peak)
        if not edge:
            return False
        is_own = all(
            id(self.marks[id(peak)]) in self.drafts[row.draft].keys and peak.mask >> row.part & 1
            for row in edge
        )
        return is_own and all(added_up(edge, measure) in wanted for measure, wanted in peak.totals)

    def edge(self, rows: Rows, peak: Peak) -> list[Row]:
        """The cheapest (dearest) lines in question."""
        prices = [row.price for row in rows if row.price is not None and peak.of >> row.part & 1]
        if not prices:
            return []
        edge = min(prices) if peak.is_cheapest else max(prices)
        return [row for row in rows if row.price == edge and peak.of >> row.part & 1]

    def metadata(self, asks: Sequence[LineAsk]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Of the line and of its product."""
        made: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        by_fact: dict[tuple[str, bool], list[Ask]] = {}
        for one in asks:
            by_fact.setdefault((one.property, one.of_product), []).append(one.ask)
        for (name, of_product), own in by_fact.items():
            subject = ("product.metadata" if of_product else "order.items.metadata", name)
            value = value_for(own, self.clock, shape_of(subject, self.world))
            if value is FAILED:
                return None
            if value is not ABSENT:
                made[of_product][name] = value
        return made


def sum_of(rows: Rows, total: Total) -> int | None:
    return added_up([row for row in rows if total.mask >> row.part & 1], total.measure)


def added_up(rows: Sequence[Row], measure: Measure) -> int | None:
    if measure is Measure.LINES:
        return len(rows)
    if measure is Measure.UNITS:
        return sum(row.units for row in rows)
    priced = [row.price * row.units for row in rows if row.price is not None]
    return sum(priced) if priced else None
