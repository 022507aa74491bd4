"""How much a candidate can save at most, wherever it stands in a set: the admissible bound of the search.

Discounts of others only lower what is payable, so on the opening order an effect saves most. Not so where
other discounts can change which units are picked or what a formula says: such a candidate is bounded by what
is payable alone, and free units, which bring their own value, by nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine import effect_run, effects, eligibility
from engine.pipeline import Run
from engine.snapshot import Candidate
from engine.stacking_rules import ProductsMode

UNBOUNDED: Final = 10**18


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """`payable` comes out of what the customer would pay, `added` on top of it; `units` are free ones."""

    payable: int = 0
    added: int = 0
    units: int = 0

    def __add__(self, other: Bound) -> Bound:
        return Bound(
            payable=self.payable + other.payable,
            added=self.added + other.added,
            units=self.units + other.units,
        )

    def over(self, run: Run) -> tuple[int, int]:
        """Discount and free units that a set can reach at most from here."""
        discount, units = run.saved
        rest = 0 if run.order is None else run.order.total_amount or 0
        return discount + min(rest, self.payable) + self.added, units + self.units


def suffixes(opening: Run, sequence: Sequence[Candidate]) -> tuple[Bound, ...]:
    """For each place of the sequence the bound of everything from there on."""
    adds_units = any(_adds_units(candidate) for candidate in sequence)
    rules = opening.snapshot.stacking_rules
    is_fixed = not adds_units and rules.redeemables_products_application_mode is ProductsMode.STACK
    bounds = [Bound()]
    for candidate in reversed(sequence):
        bounds.append(bounds[-1] + _bound(opening, candidate, is_fixed=is_fixed))
    return tuple(reversed(bounds[1:])) if sequence else ()


def _bound(opening: Run, candidate: Candidate, *, is_fixed: bool) -> Bound:
    snapshot = opening.snapshot
    if eligibility.refusal(candidate, now=snapshot.now, zone=opening.zone) is not None:
        return Bound()
    if _adds_units(candidate):
        return Bound(payable=UNBOUNDED, added=UNBOUNDED, units=UNBOUNDED)
    effect = candidate.discount
    on_order = effect is not None and effect.effect is effects.DiscountEffect.APPLY_TO_ORDER
    if (effect is not None and effects.is_dynamic(effect)) or not (is_fixed or on_order):
        return Bound(payable=UNBOUNDED)
    mode = snapshot.stacking_rules.calculation_mode(candidate.category)
    effected = effect_run.run(opening.situation(candidate), mode=mode)
    order = effected.order
    return Bound(payable=0 if order is None else order.total_applied_discount_amount)


def _adds_units(candidate: Candidate) -> bool:
    return candidate.discount is not None and candidate.discount.type is effects.DiscountType.UNIT
