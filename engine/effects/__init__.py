"""Registry of discount effects. A new effect = one file here, one line in `_EFFECTS`, one test file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.effects.amount_order import AmountOffOrder
from engine.effects.base import (
    DiscountEffect,
    DiscountError,
    DiscountType,
    Effect,
    InvalidDiscount,
    UnsupportedDiscount,
)
from engine.effects.percent_order import PercentOffOrder

__all__ = [
    "AmountOffOrder",
    "DiscountEffect",
    "DiscountError",
    "DiscountType",
    "Effect",
    "InvalidDiscount",
    "PercentOffOrder",
    "UnsupportedDiscount",
    "parse",
    "supported",
]

_EFFECTS: Final[Mapping[tuple[str, str], type[Effect]]] = {
    (DiscountType.AMOUNT, DiscountEffect.APPLY_TO_ORDER): AmountOffOrder,
    (DiscountType.PERCENT, DiscountEffect.APPLY_TO_ORDER): PercentOffOrder,
}

_DEFAULT_EFFECT: Final[Mapping[str, str]] = {
    DiscountType.AMOUNT: DiscountEffect.APPLY_TO_ORDER,
    DiscountType.PERCENT: DiscountEffect.APPLY_TO_ORDER,
}
"""What a discount without `effect` means when no rule narrows it to items (contract 5.1)."""

_UNKNOWN_OPTIONS: Final = ("amount_off_formula", "percent_off_formula")
"""Options that would change the figure. Ignoring them would give a wrong discount, so they are refused."""


def supported() -> tuple[tuple[str, str], ...]:
    """The (type, effect) pairs that `parse` knows, in wire values."""
    return tuple((str(discount_type), str(effect)) for discount_type, effect in _EFFECTS)


def parse(wire: Mapping[str, object]) -> Effect:
    """The wire's `discount` object as an effect. Unknown keys are ignored, as everywhere on the wire.

    :raises UnsupportedDiscount: type, effect or a dynamic value that the engine cannot calculate.
    :raises InvalidDiscount: a value is missing or wrong.
    """
    discount_type = wire.get("type")
    effect = wire.get("effect")
    if effect is None and isinstance(discount_type, str):
        effect = _DEFAULT_EFFECT.get(discount_type)
    if not isinstance(discount_type, str) or not isinstance(effect, str):
        raise UnsupportedDiscount(f"discount {discount_type!r}/{effect!r}", supported())
    found = _EFFECTS.get((discount_type, effect))
    if found is None:
        raise UnsupportedDiscount(f"discount {discount_type!r}/{effect!r}", supported())
    for option in _UNKNOWN_OPTIONS:
        if wire.get(option) not in (None, ""):
            raise UnsupportedDiscount(f"{option} on a discount", supported())
    return found.parse(wire)
