"""Ways to change planned lines so that what is broken may fit: units, prices, articles, one more line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.algebra import figures
from engine.algebra.figures import ANY
from engine.algebra.literals import Measure
from engine.algebra.planning import USUAL, Draft, Planner, Row, Rows, added_up, sum_of
from engine.algebra.problem import Peak, Total

_MOST_LINES: Final = 24


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves that the plans of `planner` allow; those that seem best come first."""

    planner: Planner

    def of(self, rows: Rows, broken: Total | Peak) -> Iterator[Rows]:
        if isinstance(broken, Peak):
            yield from self._leveled(rows, broken)
            return
        found = sum_of(rows, broken)
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
            if not self.planner.drafts[rows[at].draft].keys:  # nobody asked for this line
                yield (*rows[:at], *rows[at + 1 :])
        if total.measure is Measure.UNITS:
            for at in inside:
                yield from self._with_units(rows, at, rows[at].units - less, down=True)
        if total.measure is not Measure.AMOUNT:
            return
        worth = sum_of(rows, total) or 1
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
        own = self.planner.limits(row.draft, row.part)[0]
        found = own.until(price)
        if found is None:
            found = own.from_(0)
        return row if found is None else row._replace(price=found)

    def _with_units(self, rows: Rows, at: int, units: int, *, down: bool = False) -> Iterator[Rows]:
        own = self.planner.limits(rows[at].draft, rows[at].part)[1]
        found = own.until(max(units, 1)) if down else own.from_(units)
        if found is None:
            found = own.until(units) if not down else own.from_(1)
        if found is not None and found > 0 and found != rows[at].units:
            yield _changed(rows, at, rows[at]._replace(units=found))

    def _with_price(self, rows: Rows, at: int, price: int, *, down: bool = False) -> Iterator[Rows]:
        own = self.planner.limits(rows[at].draft, rows[at].part)[0]
        found = own.until(max(price, 0)) if down else own.from_(max(price, 0))
        if found is None:
            found = own.from_(0) if down else own.until(max(price, 0))
        if found is not None and found != rows[at].price:
            yield _changed(rows, at, rows[at]._replace(price=found))

    def _added(self, rows: Rows, total: Total, *, units: int = 1, price: int | None = None) -> Iterator[Rows]:
        """One more line, which nobody asked for."""
        if len(rows) >= _MOST_LINES:
            return
        self.planner.drafts.append(Draft(total.mask & self.planner.problem.allowed, ANY, figures.SOME))
        number = len(self.planner.drafts) - 1
        for row in self.planner.rows(number)[:3]:
            own, quantity = self.planner.limits(number, row.part)
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
            for other in self.planner.rows(row.draft):
                if (total.mask >> other.part ^ total.mask >> row.part) & 1:
                    yield _changed(rows, at, other)

    def _priced(self, rows: Rows, total: Total) -> Iterator[Rows]:
        for at, row in enumerate(rows):
            own = self.planner.limits(row.draft, row.part)[0]
            price = own.near(USUAL)
            if total.mask >> row.part & 1 and price is not None:
                yield _changed(rows, at, row._replace(price=price))
        yield from self._added(rows, total)

    def _unpriced(self, rows: Rows, total: Total) -> Iterator[Rows]:
        changed = tuple(
            row._replace(price=None)
            if total.mask >> row.part & 1 and self.planner.limits(row.draft, row.part)[0].missing
            else row
            for row in rows
        )
        yield changed

    def _leveled(self, rows: Rows, peak: Peak) -> Iterator[Rows]:
        """The line that shall be the cheapest (dearest) is moved, or the others are."""
        own = [
            at
            for at, row in enumerate(rows)
            if id(self.planner.marks[id(peak)]) in self.planner.drafts[row.draft].keys
            and row.price is not None
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
                limits = self.planner.limits(rows[other].draft, rows[other].part)[0]
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
            for elsewhere in self.planner.rows(rows[at].draft):
                if not peak.of >> elsewhere.part & 1:
                    yield _changed(rows, at, elsewhere)

    def _together(self, rows: Rows, peak: Peak, own: Sequence[int]) -> Iterator[Rows]:
        """Units and prices of the lines of the peak, so that their totals are as asked for."""
        for measure, wanted in peak.totals:
            found = added_up([rows[at] for at in own], measure)
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


def _changed(rows: Rows, at: int, row: Row) -> Rows:
    return (*rows[:at], row, *rows[at + 1 :])
