"""What two promotions together ask of the lines of one order, by the parts of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.algebra import figures
from engine.algebra.figures import ANY, Figures
from engine.algebra.literals import Bar, Each, Extreme, LineAsk, Measure, Need, Sum
from engine.algebra.shapes import Ground
from engine.algebra.world import Catalogue

_MOST_AT_ONCE: Final = 6

type Literals = Iterable[Need | Bar | Each | Sum | Extreme]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line of one of the parts in `mask`. `sure`: it follows from the rules, not only from our plan."""

    mask: int
    price: Figures
    quantity: Figures
    asks: tuple[LineAsk, ...]
    ground: Ground
    apart: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Total:
    """All lines of the parts in `mask` together; `sure` is what proofs may rely on."""

    mask: int
    measure: Measure
    figures: Figures
    sure: Figures
    ground: Ground


@dataclass(frozen=True, slots=True)
class Like:
    """Every line of the parts in `mask`."""

    mask: int
    price: Figures
    quantity: Figures
    asks: tuple[LineAsk, ...]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Peak:
    """The cheapest (dearest) lines of the parts in `of` belong to `mask`; `wanted` is one of them.

    `totals` are asked of these lines together, `count` is how many of them are planned.
    """

    is_cheapest: bool
    of: int
    mask: int
    wanted: Wanted
    sure: Wanted
    totals: tuple[tuple[Measure, Figures], ...]
    count: int


@dataclass(slots=True)
class Problem:
    """`allowed` are the parts of which there may be lines at all; `unbarred` those that no bar keeps out."""

    catalogue: Catalogue
    allowed: int
    unbarred: int = 0
    wanted: list[Wanted] = field(default_factory=list)
    bars: list[tuple[int, Ground]] = field(default_factory=list)
    likes: list[Like] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    peaks: list[Peak] = field(default_factory=list)

    def price_at(self, part: int) -> Figures:
        """What lines of the part may cost."""
        found = ANY
        for like in self.likes:
            if like.mask >> part & 1:
                found = found & like.price
        return found

    def quantity_at(self, part: int) -> Figures:
        found = figures.SOME
        for like in self.likes:
            if like.mask >> part & 1:
                found = found & like.quantity
        return found

    def asks_at(self, part: int) -> tuple[LineAsk, ...]:
        """What is asked of the metadata of every line of the part."""
        return tuple(ask for like in self.likes if like.mask >> part & 1 for ask in like.asks)


def gather(literals: Literals, catalogue: Catalogue) -> Problem:
    """Scopes as bits, and what plainly follows from what is said."""
    problem = Problem(catalogue=catalogue, allowed=catalogue.full)
    for one in literals:
        if isinstance(one, Need):
            problem.wanted.append(_wanted(one, catalogue))
        elif isinstance(one, Bar):
            problem.bars.append((catalogue.mask(one.scope), one.ground))
        elif isinstance(one, Each):
            mask = catalogue.mask(one.scope)
            problem.likes.append(Like(mask, one.price, one.quantity, one.asks, one.ground))
        elif isinstance(one, Sum):
            _add_total(problem, one, catalogue)
        else:
            _add_peak(problem, one, catalogue)
    for mask, _ in problem.bars:
        problem.allowed &= ~mask
    problem.unbarred = problem.allowed
    problem.wanted += filter(None, [_dearer(peak, problem) for peak in problem.peaks])
    if problem.likes:
        for part in bits(problem.allowed):
            if not problem.price_at(part) or not problem.quantity_at(part).spans:
                problem.allowed &= ~(1 << part)
    return problem


def _wanted(need: Need, catalogue: Catalogue, *, sure: bool = True) -> Wanted:
    mask = catalogue.mask(need.scope)
    quantity = need.quantity & figures.SOME
    if need.apart:
        return Wanted(mask, need.price, quantity, need.asks, need.ground, need.apart, sure=False)
    return Wanted(mask, need.price, quantity, need.asks, need.ground, sure=sure)


def _add_total(problem: Problem, one: Sum, catalogue: Catalogue) -> None:
    mask = catalogue.mask(one.scope)
    problem.totals.append(Total(mask, one.measure, one.figures, one.sure, one.ground))
    is_amount = one.measure is Measure.AMOUNT
    if is_amount and not one.sure.spans:
        problem.likes.append(Like(mask, figures.UNKNOWN, ANY, (), one.ground))
    if not is_amount and one.sure.spans and one.sure.high == 0:
        problem.bars.append((mask, one.ground))
    if not one.sure.missing and one.sure.spans and (is_amount or one.sure.low > 0):
        price = ANY if not is_amount else figures.SOME if one.sure.low else figures.KNOWN
        problem.wanted.append(Wanted(mask, price, figures.SOME, (), one.ground))


def _add_peak(problem: Problem, one: Extreme, catalogue: Catalogue) -> None:
    of, sure = catalogue.mask(one.of), _wanted(one.sure, catalogue)
    wanted = _wanted(one.need, catalogue, sure=False)
    sizes = [found for measure, found in one.totals if measure is Measure.LINES]
    size = figures.SOME
    for own in sizes:
        size = size & own
    count = min(size.from_(1) or 1, _MOST_AT_ONCE)
    problem.peaks.append(Peak(one.is_cheapest, of, sure.mask, wanted, sure, one.totals, count))
    problem.wanted.append(sure)
    if sure.price.spans:
        low, high = sure.price.spans[0][0], sure.price.high
        bound = figures.at_least(low) if one.is_cheapest else figures.at_most(high)
        problem.likes.append(Like(of, Figures(bound.spans, True), ANY, (), one.sure.ground))


def _dearer(peak: Peak, problem: Problem) -> Wanted | None:
    """The dearest line costs at least what a needed line costs, more where that is another article."""
    if peak.is_cheapest:
        return None
    least = max(
        (
            one.price.low + (not one.mask & peak.mask & problem.allowed)
            for one in problem.wanted
            if one.sure and not one.price.missing and one.mask & problem.allowed & ~peak.of == 0
        ),
        default=0,
    )
    if least <= peak.sure.price.low:
        return None
    return Wanted(peak.mask, figures.at_least(least), figures.SOME, (), peak.sure.ground)


def bits(mask: int) -> Sequence[int]:
    """The places of the set bits."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
