"""An order that meets what is asked of its lines: they are planned, then units and prices moved until it fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from engine.algebra import figures
from engine.algebra.figures import ANY, Figures
from engine.algebra.literals import Ask, LineAsk, Measure
from engine.algebra.people import shape_of
from engine.algebra.problem import Peak, Problem, Total, Wanted, bits
from engine.algebra.values import ABSENT, FAILED, value_for
from engine.algebra.world import World
from engine.basket import Line
from engine.rules.operators import Clock

USUAL: Final = 1_000
"""What an article costs of which nobody knows the price."""
_STEPS: Final = 30
_MOST_LINES: Final = 24
_MOST_MOVES: Final = 60


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
class Builder:
    """Builds one order for `problem`."""

    problem: Problem
    plan: Plan
    clock: Clock
    world: World
    drafts: list[Draft] = field(default_factory=list)
    seen: set[Rows] = field(default_factory=set)
    limits: dict[tuple[int, int], tuple[Figures, Figures]] = field(default_factory=dict)
    marks: dict[int, Wanted] = field(default_factory=dict)
    is_assumed: bool = False
    """Does the order hold articles of which nobody knows whether they are in a collection that is asked for?"""

    def lines(self) -> tuple[Line, ...] | None:
        """The lines; None when none were found, which proves nothing."""
        rows = self._begun()
        if rows is None:
            return None
        for _ in range(_STEPS):
            broken = self._broken(rows)
            if not broken:
                return self._made(rows)
            self.seen.add(rows)
            moved = [
                other for one in broken[:2] for other in self._moves(rows, one) if other not in self.seen
            ]
            if not moved:
                return None
            rows = min(moved[:_MOST_MOVES], key=self._distance)
        return None

    def _begun(self) -> Rows | None:
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
        return self._metadata(asks) is not None

    def _limits(self, draft: int, part: int) -> tuple[Figures, Figures]:
        found = self.limits.get((draft, part))
        if found is None:
            own = self.drafts[draft]
            found = (
                own.price & self.problem.price_at(part),
                own.quantity & self.problem.quantity_at(part) & figures.SOME,
            )
            self.limits[draft, part] = found
        return found

    def _row(self, draft: int, turn: int | None = None) -> Row | None:
        rows = self._rows(draft)
        if not rows:
            return None
        return rows[(self.plan.turn if turn is None else turn) % len(rows)]

    def _rows(self, draft: int) -> list[Row]:
        """A line for the draft of each part that it may be of, the best first."""
        found = []
        for part in bits(self.drafts[draft].mask):
            row = self._row_of(draft, part)
            if row is not None:
                found.append(row)
        return sorted(found, key=self._rank)

    def _row_of(self, draft: int, part: int) -> Row | None:
        price, units = self._limits(draft, part)
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

    # What does not fit yet.

    def _broken(self, rows: Rows) -> list[Total | Peak]:
        found: list[Total | Peak] = [one for one in self.problem.totals if _sum(rows, one) not in one.figures]
        found += [one for one in self.problem.peaks if not self._is_peak(rows, one)]
        return found

    def _distance(self, rows: Rows) -> tuple[int, int]:
        """How much is broken, and by how much."""
        broken, far = self._broken(rows), 0
        for one in broken:
            found = _sum(rows, one) if isinstance(one, Total) else None
            if isinstance(one, Total) and found is not None:
                far += abs(found - (one.figures.near(found) or 0))
        return (len(broken), far)

    def _is_peak(self, rows: Rows, peak: Peak) -> bool:
        edge = self._edge(rows, peak)
        if not edge:
            return False
        is_own = all(
            id(self.marks[id(peak)]) in self.drafts[row.draft].keys and peak.mask >> row.part & 1 for row in edge
        )
        return is_own and all(_added_up(edge, measure) in wanted for measure, wanted in peak.totals)

    def _edge(self, rows: Rows, peak: Peak) -> list[Row]:
        """The cheapest (dearest) lines in question."""
        prices = [row.price for row in rows if row.price is not None and peak.of >> row.part & 1]
        if not prices:
            return []
        edge = min(prices) if peak.is_cheapest else max(prices)
        return [row for row in rows if row.price == edge and peak.of >> row.part & 1]

    # Ways to change the plan.

    def _moves(self, rows: Rows, broken: Total | Peak) -> Iterator[Rows]:
        if isinstance(broken, Peak):
            yield from self._leveled(rows, broken)
            return
        found = _sum(rows, broken)
        if found is None:
            yield from self._priced(rows, broken)
        elif broken.measure is Measure.AMOUNT and not broken.figures.spans:
            yield from self._unpriced(rows, broken)
        else:
            above, below = broken.figures.from_(found), broken.figures.until(found)
            if above is not None:
                yield from self._raised(rows, broken, above - found)
            if below is not None:
                yield from self._lowered(rows, broken, found - below)
        yield from self._swapped(rows, broken)

    def _raised(self, rows: Rows, total: Total, more: int) -> Iterator[Rows]:
        inside = [at for at, row in enumerate(rows) if total.mask >> row.part & 1]
        if total.measure is Measure.UNITS:
            for at in inside:
                yield from self._with_units(rows, at, rows[at].units + more)
            yield from self._added(rows, total, units=more)
            return
        if total.measure is Measure.LINES:
            yield from self._added(rows, total)
            return
        for at in inside:
            price = rows[at].price
            if price:
                yield from self._with_units(rows, at, rows[at].units - (-more // price))
        yield from self._added(rows, total, price=more)
        outside = [at for at, row in enumerate(rows) if at not in inside and row.price]
        for at in inside:
            units = rows[at].units
            for changed in self._with_price(rows, at, (rows[at].price or 0) - (-more // units)):
                yield changed
                for other in outside:  # the order as a whole may not become dearer
                    less = -more // rows[other].units
                    yield from self._with_price(changed, other, (rows[other].price or 0) + less, down=True)

    def _lowered(self, rows: Rows, total: Total, less: int) -> Iterator[Rows]:
        inside = [at for at, row in enumerate(rows) if total.mask >> row.part & 1]
        for at in inside:
            if not self.drafts[rows[at].draft].keys:  # nobody asked for this line
                yield (*rows[:at], *rows[at + 1 :])
        if total.measure is Measure.UNITS:
            for at in inside:
                yield from self._with_units(rows, at, rows[at].units - less, down=True)
        if total.measure is not Measure.AMOUNT:
            return
        worth = _sum(rows, total) or 1
        scaled = [
            self._cheaper(row, row.price * (worth - less) // worth)
            if total.mask >> row.part & 1 and row.price
            else row
            for row in rows
        ]
        for at in inside:
            price, units = rows[at].price, rows[at].units
            if price:
                yield from self._with_units(rows, at, units + (-less // price), down=True)
                yield from self._with_price(rows, at, price + (-less // units), down=True)
        yield tuple(scaled)

    def _cheaper(self, row: Row, price: int) -> Row:
        own = self._limits(row.draft, row.part)[0]
        found = own.until(price)
        if found is None:
            found = own.from_(0)
        return row if found is None else row._replace(price=found)

    def _with_units(self, rows: Rows, at: int, units: int, *, down: bool = False) -> Iterator[Rows]:
        own = self._limits(rows[at].draft, rows[at].part)[1]
        found = own.until(max(units, 1)) if down else own.from_(units)
        if found is None:
            found = own.until(units) if not down else own.from_(1)
        if found is not None and found > 0 and found != rows[at].units:
            yield _changed(rows, at, rows[at]._replace(units=found))

    def _with_price(self, rows: Rows, at: int, price: int, *, down: bool = False) -> Iterator[Rows]:
        own = self._limits(rows[at].draft, rows[at].part)[0]
        found = own.until(max(price, 0)) if down else own.from_(max(price, 0))
        if found is None:
            found = own.from_(0) if down else own.until(max(price, 0))
        if found is not None and found != rows[at].price:
            yield _changed(rows, at, rows[at]._replace(price=found))

    def _added(self, rows: Rows, total: Total, *, units: int = 1, price: int | None = None) -> Iterator[Rows]:
        """One more line, which nobody asked for."""
        if len(rows) >= _MOST_LINES:
            return
        self.drafts.append(Draft(total.mask & self.problem.allowed, ANY, figures.SOME))
        number = len(self.drafts) - 1
        for row in self._rows(number)[:3]:
            own, quantity = self._limits(number, row.part)
            count = quantity.from_(units)
            if count is None:
                continue
            if price is None:
                yield (*rows, row._replace(units=count))
                continue
            if row.price:
                enough = quantity.from_(-(-price // row.price))
                if enough is not None:
                    yield (*rows, row._replace(units=enough))
            exact = own.from_(price)
            if exact is not None:
                yield (*rows, row._replace(price=exact, units=count))

    def _swapped(self, rows: Rows, total: Total) -> Iterator[Rows]:
        """Another article for a line, inside or outside of what is counted."""
        for at, row in enumerate(rows):
            for other in self._rows(row.draft):
                if (total.mask >> other.part ^ total.mask >> row.part) & 1:
                    yield _changed(rows, at, other)

    def _priced(self, rows: Rows, total: Total) -> Iterator[Rows]:
        for at, row in enumerate(rows):
            own = self._limits(row.draft, row.part)[0]
            price = own.near(USUAL)
            if total.mask >> row.part & 1 and price is not None:
                yield _changed(rows, at, row._replace(price=price))
        yield from self._added(rows, total)

    def _unpriced(self, rows: Rows, total: Total) -> Iterator[Rows]:
        changed = tuple(
            row._replace(price=None)
            if total.mask >> row.part & 1 and self._limits(row.draft, row.part)[0].missing
            else row
            for row in rows
        )
        yield changed

    def _leveled(self, rows: Rows, peak: Peak) -> Iterator[Rows]:
        """The line that shall be the cheapest (dearest) is moved, or the others are."""
        own = [
            at
            for at, row in enumerate(rows)
            if id(self.marks[id(peak)]) in self.drafts[row.draft].keys and row.price is not None
        ]
        others = [
            at
            for at, row in enumerate(rows)
            if at not in own and peak.of >> row.part & 1 and row.price is not None
        ]
        prices = [price for at in others if (price := rows[at].price) is not None]
        yield from self._together(rows, peak, own)
        for at in own:
            price = rows[at].price or 0
            moved = list(rows)
            for twin in own:
                moved[twin] = rows[twin]._replace(price=price)
            for other in others:
                limits = self._limits(rows[other].draft, rows[other].part)[0]
                was = rows[other].price or 0
                new = (
                    limits.from_(max(was, price + 1))
                    if peak.is_cheapest
                    else limits.until(min(was, price - 1))
                )
                moved[other] = rows[other]._replace(price=was if new is None else new)
            yield tuple(moved)
            if prices:
                edge = min(prices) - 1 if peak.is_cheapest else max(prices) + 1
                yield from self._with_price(rows, at, edge, down=peak.is_cheapest)
        for at in others:
            for other in self._rows(rows[at].draft):
                if not peak.of >> other.part & 1:
                    yield _changed(rows, at, other)

    def _together(self, rows: Rows, peak: Peak, own: Sequence[int]) -> Iterator[Rows]:
        """Units and prices of the lines of the peak, so that their totals are as asked for."""
        for measure, wanted in peak.totals:
            found = _added_up([rows[at] for at in own], measure)
            if found is None or found in wanted:
                continue
            for target in {wanted.from_(found), wanted.until(found)} - {None}:
                more = (target or 0) - found
                for at in own:
                    units, price = rows[at].units, rows[at].price
                    if measure is Measure.UNITS:
                        yield from self._with_units(rows, at, units + more, down=more < 0)
                    elif measure is Measure.AMOUNT and price is not None:
                        yield from self._with_price(rows, at, price + more // units, down=more < 0)
                        yield from self._with_price(rows, at, price - (-more // units), down=more < 0)
                        if price:
                            yield from self._with_units(rows, at, units + more // price, down=more < 0)

    # The order itself.

    def _made(self, rows: Rows) -> tuple[Line, ...] | None:
        found = []
        for row in rows:
            part = self.problem.catalogue.parts[row.part]
            asks = (*self.drafts[row.draft].asks, *self.problem.asks_at(row.part))
            metadata = self._metadata(asks)
            if metadata is None:
                return None
            self.is_assumed = self.is_assumed or part.is_assumed
            own, of_product = metadata
            line = part.lines[row.example]
            found.append(
                replace(line, price=row.price, quantity=row.units, metadata=own, product_metadata=of_product)
            )
        return tuple(found)

    def _metadata(self, asks: Sequence[LineAsk]) -> tuple[dict[str, Any], dict[str, Any]] | None:
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


def _changed(rows: Rows, at: int, row: Row) -> Rows:
    return (*rows[:at], row, *rows[at + 1 :])


def _sum(rows: Rows, total: Total) -> int | None:
    return _added_up([row for row in rows if total.mask >> row.part & 1], total.measure)


def _added_up(rows: Sequence[Row], measure: Measure) -> int | None:
    if measure is Measure.LINES:
        return len(rows)
    if measure is Measure.UNITS:
        return sum(row.units for row in rows)
    priced = [row.price * row.units for row in rows if row.price is not None]
    return sum(priced) if priced else None
