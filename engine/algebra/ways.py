"""Ways to meet something, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import product
from typing import Final

from engine.algebra.figures import Figures
from engine.algebra.literals import Hidden, Measure, Never, Scope, Sum, Term, Way, ref
from engine.algebra.shapes import Ground
from engine.items import ItemRef
from engine.rules.families.items import NOT_THESE
from engine.rules.tree import Condition

WIDEST: Final = 48
"""More ways than this are not worth going through."""

type Ways = list[Way]
ALWAYS: Final[Ways] = [()]


def every(parts: Iterable[Ways], hidden: Callable[[], Hidden]) -> Ways:
    """The ways to meet all parts at once; one that nobody can look into when there would be too many."""
    found: Ways = ALWAYS
    for part in parts:
        if len(found) * len(part) > WIDEST:
            return [(*way, hidden()) for way in found] if len(found) <= WIDEST else [(hidden(),)]
        found = [(*left, *right) for left, right in product(found, part)]
    return found


def term_of(condition: Condition) -> Term:
    refs = frozenset(ref(item) for item in condition.operands if isinstance(item, ItemRef))
    return (refs, condition.operator not in NOT_THESE)


def flipped(term: Term) -> Term:
    return (term[0], not term[1])


def sum_ways(
    scope: Scope, measure: Measure, wanted: Figures, ground: Ground, positive: bool, *, is_order: bool = False
) -> Ways:
    if measure is not Measure.AMOUNT:
        wanted = replace(wanted, missing=False)
    own = wanted if positive else wanted.inverted()
    if measure is not Measure.AMOUNT:
        own = replace(own, missing=False)
    if not own:
        return [(Never(ground),)]
    return [(Sum(scope, measure, own, own, ground, is_order),)]
