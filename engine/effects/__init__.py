"""Registry of discount effects. A new effect = one file here, one line in `_EFFECTS`, one test file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from engine.effects.add_many_items import AddManyItems
from engine.effects.add_missing_items import AddMissingItems
from engine.effects.add_new_items import AddNewItems
from engine.effects.add_same_items import AddSameItems
from engine.effects.amount_items import AmountOffItems
from engine.effects.amount_items_by_quantity import AmountOffUnits
from engine.effects.amount_items_proportionally import AmountProportionally
from engine.effects.amount_items_proportionally_by_quantity import AmountProportionallyByQuantity
from engine.effects.amount_order import AmountOffOrder
from engine.effects.base import (
    DiscountEffect,
    DiscountError,
    DiscountType,
    Effect,
    InvalidDiscount,
    UnsupportedDiscount,
)
from engine.effects.fixed_items import FixedItems
from engine.effects.fixed_order import FixedOrder
from engine.effects.gift_items import GiftItems
from engine.effects.gift_order import GiftOrder
from engine.effects.percent_items import PercentOffItems
from engine.effects.percent_order import PercentOffOrder
from engine.effects.points_order import PointsOrder
from engine.effects.points_reward import PointsReward
from engine.effects.replace_items import ReplaceItems

__all__ = [
    "AddManyItems",
    "AddMissingItems",
    "AddNewItems",
    "AddSameItems",
    "AmountOffItems",
    "AmountOffOrder",
    "AmountOffUnits",
    "AmountProportionally",
    "AmountProportionallyByQuantity",
    "DiscountEffect",
    "DiscountError",
    "DiscountType",
    "Effect",
    "FixedItems",
    "FixedOrder",
    "GiftItems",
    "GiftOrder",
    "InvalidDiscount",
    "PercentOffItems",
    "PercentOffOrder",
    "PointsOrder",
    "PointsReward",
    "ReplaceItems",
    "UnsupportedDiscount",
    "is_dynamic",
    "is_payment",
    "parse",
    "supported",
    "to_wire",
]

_EFFECTS: Final[Mapping[tuple[str, str], type[Effect]]] = {
    (DiscountType.AMOUNT, DiscountEffect.APPLY_TO_ORDER): AmountOffOrder,
    (DiscountType.AMOUNT, DiscountEffect.APPLY_TO_ITEMS): AmountOffItems,
    (DiscountType.AMOUNT, DiscountEffect.APPLY_TO_ITEMS_BY_QUANTITY): AmountOffUnits,
    (DiscountType.AMOUNT, DiscountEffect.APPLY_TO_ITEMS_PROPORTIONALLY): AmountProportionally,
    (
        DiscountType.AMOUNT,
        DiscountEffect.APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY,
    ): AmountProportionallyByQuantity,
    (DiscountType.PERCENT, DiscountEffect.APPLY_TO_ORDER): PercentOffOrder,
    (DiscountType.PERCENT, DiscountEffect.APPLY_TO_ITEMS): PercentOffItems,
    (DiscountType.FIXED, DiscountEffect.APPLY_TO_ORDER): FixedOrder,
    (DiscountType.FIXED, DiscountEffect.APPLY_TO_ITEMS): FixedItems,
    (DiscountType.UNIT, DiscountEffect.ADD_NEW_ITEMS): AddNewItems,
    (DiscountType.UNIT, DiscountEffect.ADD_MISSING_ITEMS): AddMissingItems,
    (DiscountType.UNIT, DiscountEffect.ADD_SAME_ITEMS): AddSameItems,
    (DiscountType.UNIT, DiscountEffect.ADD_MANY_ITEMS): AddManyItems,
    (DiscountType.UNIT, DiscountEffect.REPLACE_ITEMS): ReplaceItems,
    (DiscountType.GIFT, DiscountEffect.APPLY_TO_ORDER): GiftOrder,
    (DiscountType.GIFT, DiscountEffect.APPLY_TO_ITEMS): GiftItems,
    (DiscountType.POINTS, DiscountEffect.APPLY_TO_ORDER): PointsOrder,
    (DiscountType.POINTS, DiscountEffect.FOR_REWARD): PointsReward,
}

_PAYMENTS: Final = frozenset({DiscountType.GIFT, DiscountType.POINTS})


def supported() -> tuple[tuple[str, str], ...]:
    """The (type, effect) pairs of discounts that `parse` knows, in wire values; payments by card not among
    them."""
    return tuple((str(kind), str(effect)) for kind, effect in _EFFECTS if kind not in _PAYMENTS)


def parse(wire: Mapping[str, object], *, targets_items: bool = False) -> Effect:
    """The wire's `discount` object as an effect. Unknown keys are ignored, as everywhere on the wire.

    `targets_items`: the attached rule says which items; then a discount without `effect` is one on items.

    :raises UnsupportedDiscount: type or effect that the engine cannot calculate.
    :raises InvalidDiscount: a value or formula is missing or wrong.
    """
    discount_type = wire.get("type")
    effect = wire.get("effect")
    if effect is None and isinstance(discount_type, str):
        effect = _default_effect(discount_type, wire, targets_items)
    if not isinstance(discount_type, str) or not isinstance(effect, str):
        raise UnsupportedDiscount(f"discount {discount_type!r}/{effect!r}", supported())
    found = _EFFECTS.get((discount_type, effect))
    if found is None:
        raise UnsupportedDiscount(f"discount {discount_type!r}/{effect!r}", supported())
    return found.parse(wire)


def to_wire(effect: Effect) -> dict[str, Any]:
    """The wire's `discount` object, without values that were not given: type, values, effect.

    `units` of ADD_MANY_ITEMS are such objects themselves, without a type.
    """
    values: dict[str, Any] = {}
    for field in fields(effect):  # type: ignore[arg-type]  # a Protocol cannot say that it is a dataclass
        value = getattr(effect, field.name)
        if field.name in ("type", "effect") or value is None:
            continue
        values[field.name] = [_unit_wire(part) for part in value] if isinstance(value, tuple) else value
    return {"type": effect.type.value, **values, "effect": effect.effect.value}


def is_dynamic(effect: Effect) -> bool:
    """Does a formula say one of its values? Contract 5.1."""
    wire = to_wire(effect)
    return any(name.endswith("_formula") for part in (wire, *wire.get("units", ())) for name in part)


def is_payment(effect: Effect) -> bool:
    """Gift credits or points: not a discount that somebody may ask for on the wire."""
    return effect.type in _PAYMENTS


def _default_effect(discount_type: str, wire: Mapping[str, object], targets_items: bool) -> str:
    if discount_type == DiscountType.UNIT:
        return DiscountEffect.ADD_MANY_ITEMS if wire.get("units") else DiscountEffect.ADD_MISSING_ITEMS
    if targets_items and discount_type != DiscountType.POINTS:
        return DiscountEffect.APPLY_TO_ITEMS
    return DiscountEffect.APPLY_TO_ORDER


def _unit_wire(part: Effect) -> dict[str, Any]:
    wire = to_wire(part)
    del wire["type"]
    return wire
