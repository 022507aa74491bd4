"""How many units a discount can give away at most, and what they can be worth. For `bounds`."""

from __future__ import annotations

from dataclasses import dataclass

from engine import effect_run
from engine.effects import AddManyItems, AddMissingItems, AddNewItems, Effect, is_dynamic
from engine.pipeline import Run
from engine.snapshot import Candidate


@dataclass(frozen=True, kw_only=True, slots=True)
class FreeUnits:
    """`value` is what added units bring with them; `is_new_only`: bought ones never become free."""

    units: int = 0
    value: int = 0
    is_new_only: bool = False


def free_units(opening: Run, candidate: Candidate, unbounded: int) -> FreeUnits:
    """Units times the highest price there is; `unbounded` where a formula or the lines say how many."""
    units = _units(candidate.discount)
    if units is None:
        return FreeUnits(units=unbounded, value=unbounded)
    bundle = effect_run.bundle_of(opening.situation(candidate))
    most = units if bundle is None else units * bundle.limit
    price = _highest_price(opening)
    is_new_only = isinstance(candidate.discount, AddNewItems)
    return FreeUnits(units=most, value=unbounded if price is None else most * price, is_new_only=is_new_only)


def _units(effect: Effect | None) -> int | None:
    if effect is None or is_dynamic(effect):
        return None
    if isinstance(effect, AddManyItems):
        return sum(part.unit_off for part in effect.units)
    return effect.unit_off if isinstance(effect, AddNewItems | AddMissingItems) else None


def _highest_price(opening: Run) -> int | None:
    """Of any unit that can be added; None when a line only has an amount, of which units take their share."""
    lines = () if opening.order is None else opening.order.lines
    if any(line.price is None and line.amount for line in lines):
        return None
    prices = [line.price for line in lines] + [article.price for article in opening.snapshot.articles]
    return max((price for price in prices if price is not None), default=0)
