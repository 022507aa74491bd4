"""What a discount itself asks of an order, so that it changes something: lines to work on, an amount."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Final

from engine import effects
from engine.algebra import figures
from engine.algebra.figures import ANY
from engine.algebra.literals import After, Literal, Measure, Need, Never, Ref, Scope, Sum, ref
from engine.algebra.shapes import Aspect, Ground
from engine.applicability import Applicability, Target
from engine.budgets import BudgetMeasure
from engine.effects import (
    AddManyItems,
    AddMissingItems,
    AddNewItems,
    AddSameItems,
    AmountOffItems,
    AmountOffOrder,
    AmountOffUnits,
    AmountProportionally,
    AmountProportionallyByQuantity,
    DiscountType,
    Effect,
    FixedItems,
    FixedOrder,
    GiftItems,
    PercentOffItems,
    PercentOffOrder,
    ReplaceItems,
)
from engine.items import ItemObject
from engine.snapshot import Candidate

_SUMS_OFF: Final = (
    AmountOffOrder,
    AmountOffItems,
    AmountOffUnits,
    AmountProportionally,
    AmountProportionallyByQuantity,
)
_ON_LINES: Final = (
    AmountOffItems,
    AmountOffUnits,
    AmountProportionally,
    AmountProportionallyByQuantity,
    PercentOffItems,
    FixedItems,
    GiftItems,
    AddSameItems,
    ReplaceItems,
)
_GIVES: Final = (AddNewItems, AddMissingItems, AddManyItems)
_LIMITS: Final = ("amount_limit", "aggregated_amount_limit")


def targets_of(candidate: Candidate) -> Applicability | None:
    """What an item discount is for: the first rule that targets anything."""
    return next((one.applicable_to for one in candidate.rules if not one.applicable_to.is_empty), None)


def is_on_lines(effect: Effect) -> bool:
    """Does it work on the lines that a rule targets?"""
    return isinstance(effect, _ON_LINES)


def scope_of(targets: Applicability) -> Scope:
    """The lines that may be discounted."""
    included = _refs(entry.item for entry in targets.included)
    excluded = _refs(entry.item for entry in targets.excluded)
    found: Scope = ()
    if included and not targets.included_all:
        found = (*found, (included, True))
    if excluded:
        found = (*found, (excluded, False))
    return found


def asked_by(candidate: Candidate, key: str) -> tuple[Literal, ...]:
    """What has to be there for the discount to take or give anything."""
    effect = candidate.discount
    if effect is None:
        return ()
    ground = Ground(key=key, aspect=Aspect.EFFECT)
    if _gives_nothing(effect):
        return (Never(ground),)
    if isinstance(effect, _GIVES):
        return ()
    if is_on_lines(effect):
        return _of_lines(effect, targets_of(candidate), key, ground)
    least = _least(effect)
    sure = figures.at_least(least) if not effects.is_dynamic(effect) else figures.KNOWN
    return (Sum((), Measure.AMOUNT, figures.at_least(least), sure, ground),)


def _of_lines(effect: Effect, targets: Applicability | None, key: str, ground: Ground) -> tuple[Literal, ...]:
    if targets is None:
        return (Never(ground),)
    if targets.included and not targets.included_all and all(_is_shut(entry) for entry in targets.included):
        return (Never(ground),)
    least = 0 if isinstance(effect, AddSameItems) else _least(effect)
    if isinstance(effect, FixedItems | PercentOffItems):
        least = (
            1 if effects.is_dynamic(effect) or any(one.price_formula for one in targets.included) else least
        )
        prices = [one.price for one in targets.included if one.price is not None]
        if isinstance(effect, FixedItems) and prices and not effects.is_dynamic(effect):
            least = min(*prices, effect.fixed_amount) + 1
    price = ANY if isinstance(effect, AddSameItems | ReplaceItems) else figures.at_least(max(least, 1))
    if isinstance(effect, PercentOffItems):
        price = figures.SOME  # many units of a cheap article are enough
    units = max((_units(entry) for entry in targets.included), default=1)
    scope = scope_of(targets)
    need = Need(scope, Ground(key=key, aspect=Aspect.PRODUCTS), price=price)
    if isinstance(effect, ReplaceItems):
        own = frozenset({(_kind_of(effect.unit_type), effect.unit_type, None)})
        apart = f"{key} replaced"
        if targets.included and all(entry.item.id == effect.unit_type for entry in targets.included):
            return (need, Need(scope, ground, apart=apart), Need(scope, ground, apart=apart))
        return (need, Need((*scope, (own, False)), ground, apart=apart))
    if units > 1:
        enough = figures.at_least(units)
        return (need, Sum(scope, Measure.UNITS, enough, figures.SOME, ground))
    if isinstance(effect, PercentOffItems) and least > 1:
        worth = figures.at_least(least)
        return (need, Sum(scope, Measure.AMOUNT, worth, figures.SOME, ground))
    return (need,)


def _kind_of(name: str) -> str:
    return ItemObject.SKU if name.startswith("sku_") else ItemObject.PRODUCT


def _units(entry: Any) -> int:
    """Units before the first one that the entry picks, and that one."""
    return int(entry.skip_initially) + 1 if entry.target is Target.UNIT else 1


def _is_shut(entry: Any) -> bool:
    """A limit of 0 on what may be discounted."""
    return 0 in (entry.amount_limit, entry.aggregated_amount_limit)


def _gives_nothing(effect: Effect) -> bool:
    if effects.is_dynamic(effect):
        return False
    if any(getattr(effect, name, None) == 0 for name in _LIMITS):
        return True
    if isinstance(effect, _SUMS_OFF):
        return effect.amount_off == 0
    if isinstance(effect, PercentOffOrder | PercentOffItems):
        return effect.percent_off == 0
    if isinstance(effect, AddManyItems):
        return all(_gives_nothing(part) for part in effect.units)
    names = {field.name for field in fields(effect)}  # type: ignore[arg-type]  # they all are dataclasses
    return "unit_off" in names and getattr(effect, "unit_off", None) == 0


def _least(effect: Effect) -> int:
    """The smallest amount of which it takes something off."""
    if isinstance(effect, PercentOffOrder | PercentOffItems):
        if effects.is_dynamic(effect) or not effect.percent_off:
            return 1
        percent, parts = effect.percent_off.as_integer_ratio()
        return -(-50 * parts // percent)
    if isinstance(effect, FixedOrder | FixedItems) and not effects.is_dynamic(effect):
        return effect.fixed_amount + 1
    return 1


def _refs(items: Iterable[Any]) -> frozenset[Ref]:
    return frozenset(ref(item) for item in items)


def within_budgets(candidate: Candidate, key: str) -> tuple[Literal, ...]:
    """What budgets that refuse leave room for, when nothing has been used of them."""
    ground = Ground(key=key, aspect=Aspect.EFFECT)
    found: list[Literal] = []
    for budget in candidate.budgets:
        is_gift = candidate.discount is not None and candidate.discount.type is DiscountType.GIFT
        if budget.measure is BudgetMeasure.ORDER_VALUE:
            worth = figures.at_most(budget.limit)
            found.append(Sum((), Measure.AMOUNT, worth.joined(figures.UNKNOWN), ANY, ground))
        elif budget.measure is BudgetMeasure.DISCOUNT and not is_gift:
            if not budget.limit:
                found.append(Never(ground))
            elif not budget.may_cut:
                found.append(After(True, figures.at_most(budget.limit), ground))
        elif budget.measure is BudgetMeasure.REDEMPTIONS and not budget.limit:
            found.append(Never(ground))
    return tuple(found)
