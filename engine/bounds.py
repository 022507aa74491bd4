"""How much a set can still save at most from some place on: the admissible bound of the search for the best.

Discounts of others only lower what is payable, so on the opening order an effect saves most. Not so where
other redeemables can change which units are picked, how a sum is split or what a formula says: what nobody
can foresee is bounded by what is payable alone. Free units bring their own value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from engine import effect_run, eligibility
from engine.budgets import BudgetMeasure
from engine.effects import PercentOffOrder, is_dynamic
from engine.effects.base import DiscountEffect, DiscountType
from engine.free_units import FreeUnits, free_units
from engine.pipeline import Run
from engine.snapshot import Candidate
from engine.stacking_rules import CalculationMode, ProductsMode
from engine.steadiness import is_refused_for_good, is_steady, shares_units

UNBOUNDED: Final = 10**18
_SCALE: Final = 10**18
_PERCENT_SCALE: Final = 10**8
"""Percentages have at most six decimals."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """What one candidate saves at most, wherever it stands: out of what is payable either a sum (`most`) or a
    share of the rest, of which `kept` of `_PERCENT_SCALE` parts stay; free units come on top.
    """

    most: int = 0
    kept: int | None = None
    free: FreeUnits = field(default_factory=FreeUnits)

    def alone(self, payable: int) -> int:
        """What it saves at most as the first one of an order that costs `payable`."""
        off = self.most if self.kept is None else payable - payable * self.kept // _PERCENT_SCALE
        return min(off, payable) + self.free.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What the best so many of some candidates save at most: entry n of each list is about n of them."""

    sums: tuple[int, ...]
    kept: tuple[int, ...]
    added: tuple[int, ...]
    units: tuple[int, ...]

    @classmethod
    def of(cls, worths: Iterable[Worth]) -> Bound:
        found = list(worths)
        keeps = sorted(one.kept for one in found if one.kept is not None)
        return cls(
            sums=_best_sums(one.most for one in found if one.kept is None),
            kept=tuple(accumulate(keeps, lambda whole, part: whole * part // _PERCENT_SCALE, initial=_SCALE)),
            added=_best_sums(one.free.value for one in found),
            units=_best_sums(one.free.units for one in found),
        )

    def over(self, run: Run, room: int) -> tuple[int, int]:
        """Discount and free units that a set reaches at most from here, with `room` more redeemables.

        Shares before sums take most: `rest * (1 - kept) + sums`, and each rounding adds half a unit at most.
        """
        rest = 0 if run.order is None else run.order.total_amount or 0
        most = 0
        for shares in range(min(room, len(self.kept) - 1) + 1):
            sums = self.sums[min(room - shares, len(self.sums) - 1)]
            most = max(most, rest - rest * self.kept[shares] // _SCALE + (shares + 1) // 2 + sums)
        discount, units = run.saved
        added = self.added[min(room, len(self.added) - 1)]
        return discount + min(rest, most) + added, units + self.units[min(room, len(self.units) - 1)]


def worths(opening: Run, sequence: Sequence[Candidate]) -> tuple[Worth, ...]:
    """What each candidate saves at most."""
    adds_units = any(_adds_units(candidate) for candidate in sequence)
    return tuple(_worth(opening, candidate, adds_units=adds_units) for candidate in sequence)


def suffixes(
    sequence: Sequence[Candidate], found: Sequence[Worth], is_wanted: Callable[[Candidate], bool]
) -> tuple[Bound, ...]:
    """For each place of the sequence, and the one behind it, the bound of the wanted ones from there on."""
    return tuple(
        Bound.of(
            worth
            for candidate, worth in zip(sequence[place:], found[place:], strict=True)
            if is_wanted(candidate)
        )
        for place in range(len(sequence) + 1)
    )


def _worth(opening: Run, candidate: Candidate, *, adds_units: bool) -> Worth:
    snapshot, effect = opening.snapshot, candidate.discount
    if effect is None or eligibility.refusal(candidate, snapshot, zone=opening.zone) is not None:
        return Worth()
    if is_refused_for_good(opening, candidate):
        return Worth()
    if _adds_units(candidate):
        free = free_units(opening, candidate, UNBOUNDED)
        return Worth(most=0 if free.is_new_only else UNBOUNDED, free=free)
    situation = opening.situation(candidate)
    bundle = effect_run.bundle_of(situation)
    mode = snapshot.stacking_rules.calculation_mode(candidate.category)
    if isinstance(effect, PercentOffOrder) and bundle is None and not is_dynamic(effect):
        is_free = effect.amount_limit is None and effect.aggregated_amount_limit is None
        if is_free and mode is CalculationMode.DISCOUNTED_AMOUNT:
            return Worth(kept=_PERCENT_SCALE - int(effect.percent_off * (_PERCENT_SCALE // 100)))
    is_once = snapshot.stacking_rules.redeemables_products_application_mode is ProductsMode.ONCE
    targets = None if _is_on_order(candidate) else effect_run.targets_of(situation)
    if shares_units(opening, candidate) or not is_steady(
        effect, targets, bundle, is_once=is_once, adds_units=adds_units
    ):
        return Worth(most=UNBOUNDED)
    return Worth(most=min(effect_run.worth(situation, mode=mode) or 0, _room(candidate)))


def _room(candidate: Candidate) -> int:
    """What its budgets leave for a discount."""
    return min(
        (budget.left for budget in candidate.budgets if budget.measure is _paid(candidate)), default=UNBOUNDED
    )


def _paid(candidate: Candidate) -> BudgetMeasure:
    is_gift = candidate.discount is not None and candidate.discount.type is DiscountType.GIFT
    return BudgetMeasure.GIFT_CREDITS if is_gift else BudgetMeasure.DISCOUNT


def _best_sums(figures: Iterable[int]) -> tuple[int, ...]:
    return tuple(accumulate(sorted((one for one in figures if one), reverse=True), initial=0))


def _is_on_order(candidate: Candidate) -> bool:
    effect = candidate.discount
    return effect is not None and effect.effect is DiscountEffect.APPLY_TO_ORDER


def _adds_units(candidate: Candidate) -> bool:
    return candidate.discount is not None and candidate.discount.type is DiscountType.UNIT
