"""Why no order meets both: each proof names the two conditions that exclude each other.

Orders are as shops first send them: nothing was taken off yet, and the order is worth what its lines are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.algebra.contradictions import contradiction
from engine.algebra.figures import TOP, Figures
from engine.algebra.literals import Ask, LineAsk, Measure
from engine.algebra.people import shape_of
from engine.algebra.problem import Peak, Problem, Total, Wanted, bits
from engine.algebra.shapes import Ground
from engine.algebra.world import World
from engine.rules.operators import Clock

type Grounds = tuple[Ground, Ground | None]


@dataclass(frozen=True, slots=True)
class Bound:
    """The lines of `mask` together have at least, or at most, `figure`."""

    mask: int
    figure: int
    ground: Ground


def refuted(problem: Problem, clock: Clock, world: World) -> Grounds | None:
    """The grounds of a proof that no order does; None when there is none."""
    for wanted in problem.wanted:
        if wanted.sure:
            found = _unmet(wanted, problem, clock, world)
            if found is not None:
                return found
    return _same_lines(problem) or _peaks(problem) or _bounds(problem)


def _unmet(wanted: Wanted, problem: Problem, clock: Clock, world: World) -> Grounds | None:
    left = wanted.mask & problem.unbarred
    if not wanted.mask:
        return (wanted.ground, None)
    if not left:
        return (wanted.ground, _barring(wanted, problem))
    last: Grounds | None = None
    for part in bits(left):
        last = _misfit(wanted, part, problem, clock, world)
        if last is None:
            return None
    return last


def _barring(wanted: Wanted, problem: Problem) -> Ground | None:
    """The bar that keeps most of the lines out; one of the other promotion if there is one."""

    def rank(bar: tuple[int, Ground]) -> tuple[bool, int, bool]:
        mask, ground = bar
        covered = wanted.mask & mask
        return (covered == wanted.mask, covered.bit_count(), ground.key != wanted.ground.key)

    bars = [bar for bar in problem.bars if bar[0] & wanted.mask]
    return max(bars, key=rank)[1] if bars else None


def _misfit(wanted: Wanted, part: int, problem: Problem, clock: Clock, world: World) -> Grounds | None:
    """Why a line of the part cannot be the wanted one."""
    price, quantity = wanted.price, wanted.quantity
    if not price or not quantity:
        return (wanted.ground, None)
    for like in problem.likes:
        if not like.mask >> part & 1:
            continue
        price, quantity = price & like.price, quantity & like.quantity
        if not price or not quantity:
            return (wanted.ground, like.ground)
    asks = (*wanted.asks, *problem.asks_at(part))
    return _metadata(asks, clock, world)


def _metadata(asks: tuple[LineAsk, ...], clock: Clock, world: World) -> Grounds | None:
    by_fact: dict[tuple[str, bool], list[Ask]] = {}
    for one in asks:
        by_fact.setdefault((one.property, one.of_product), []).append(one.ask)
    for (name, of_product), own in by_fact.items():
        subject = ("product.metadata" if of_product else "order.items.metadata", name)
        found = contradiction(own, clock, shape_of(subject, world))
        if found is not None:
            return (found[0].ground, None if found[1] is None else found[1].ground)
    return None


def _same_lines(problem: Problem) -> Grounds | None:
    """Two figures about the very same lines."""
    seen: dict[tuple[int, Measure], list[Total]] = {}
    for total in problem.totals:
        if not total.sure:
            return (total.ground, None)
        seen.setdefault((total.mask & problem.allowed, total.measure), []).append(total)
    for same in seen.values():
        left = same[0].sure
        for other in same[1:]:
            if not left & other.sure:
                against = next((one for one in same if not one.sure & other.sure), same[0])
                return (against.ground, other.ground)
            left = left & other.sure
    return None


def _peaks(problem: Problem) -> Grounds | None:
    """The cheapest of the same lines cannot be two different articles."""
    for at, peak in enumerate(problem.peaks):
        for other in problem.peaks[:at]:
            same = peak.of & problem.allowed == other.of & problem.allowed
            if same and peak.is_cheapest is other.is_cheapest and _differ(peak, other, problem):
                return (other.sure.ground, peak.sure.ground)
    return None


def _differ(peak: Peak, other: Peak, problem: Problem) -> bool:
    if not peak.mask & other.mask & problem.allowed:
        return True
    return not peak.sure.price & other.sure.price or not peak.sure.quantity & other.sure.quantity


def _bounds(problem: Problem) -> Grounds | None:
    """More is asked for of some lines than all of them may have."""
    for measure in (Measure.UNITS, Measure.AMOUNT, Measure.LINES):
        highs = list(_highs(problem, measure))
        if not highs:
            continue
        lows = list(_lows(problem, measure))
        by_figure = sorted(lows, key=lambda one: (-one.figure, one.mask.bit_count()))
        by_size = sorted(lows, key=lambda one: (one.mask.bit_count(), -one.figure))
        for high in highs:
            found = _exceeded(by_figure, high, problem) or _exceeded(by_size, high, problem)
            if found is not None:
                return found
    return None


def _exceeded(lows: list[Bound], high: Bound, problem: Problem) -> Grounds | None:
    """Bounds on lines that are apart add up."""
    used = total = 0
    grounds: list[Ground] = []
    for low in lows:
        own = low.mask & problem.allowed
        if own & ~high.mask or own & used or not low.figure:
            continue
        used |= own
        total += low.figure
        grounds.append(low.ground)
        if total > high.figure:
            others = (ground for ground in grounds if ground.key != high.ground.key)
            return (next(others, grounds[0]), high.ground)
    return None


def _together(problem: Problem) -> list[tuple[int, Measure, Figures, Ground, Ground]]:
    """The figures about the same lines as one, with the ground of the least and of the most."""
    seen: dict[tuple[int, Measure], list[Total]] = {}
    for total in problem.totals:
        seen.setdefault((total.mask & problem.allowed, total.measure), []).append(total)
    found = []
    for (mask, measure), same in seen.items():
        sure = same[0].sure
        for other in same[1:]:
            sure = sure & other.sure
        least = max(same, key=lambda one: one.sure.low)
        most = min(same, key=lambda one: one.sure.high)
        found.append((mask, measure, sure, least.ground, most.ground))
    return found


def _lows(problem: Problem, measure: Measure) -> Iterator[Bound]:
    for mask, of, sure, ground, _ in _together(problem):
        if sure.missing or not sure.spans:
            continue
        if of is measure or (of is Measure.LINES and measure is Measure.UNITS):
            yield Bound(mask, sure.low, ground)
        elif of is Measure.UNITS and measure is Measure.AMOUNT:
            yield Bound(mask, sure.low * _cheapest(mask, problem), ground)
    for wanted in problem.wanted:
        if not wanted.sure:
            continue
        mask = wanted.mask & problem.allowed
        prices = [own for part in bits(mask) if (own := wanted.price & problem.price_at(part))]
        counts = [own for part in bits(mask) if (own := wanted.quantity & problem.quantity_at(part))]
        units = min((own.low for own in counts), default=1)
        if measure is Measure.LINES:
            yield Bound(wanted.mask, 1, wanted.ground)
        elif measure is Measure.UNITS:
            yield Bound(wanted.mask, units, wanted.ground)
        else:
            price = min((own.low for own in prices), default=0)
            yield Bound(wanted.mask, price * units, wanted.ground)


def _cheapest(mask: int, problem: Problem) -> int:
    return min((problem.price_at(part).low for part in bits(mask)), default=0)


def _highs(problem: Problem, measure: Measure) -> Iterator[Bound]:
    for mask, of, sure, _, ground in _together(problem):
        high = sure.high  # 0 of lines without a price
        if high >= TOP:
            continue
        if of is measure or (of is Measure.UNITS and measure is Measure.LINES):
            yield Bound(mask, high, ground)
        elif of is Measure.UNITS and measure is Measure.AMOUNT:
            most = max((problem.price_at(part).high for part in bits(mask)), default=0)
            if most < TOP:
                yield Bound(mask, high * most, ground)
