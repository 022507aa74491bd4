"""What people choose from in a discount form, and what it means on the wire. Contract: semantics-core 5.1."""

from __future__ import annotations

from typing import Final

from engine.items import SHIPPING_ID


class Kind:
    """The first choice. Free shipping and several free items are units on the wire."""

    PERCENT = "PERCENT"
    AMOUNT = "AMOUNT"
    FIXED = "FIXED"
    UNIT = "UNIT"
    UNITS = "UNITS"
    SHIPPING = "SHIPPING"


class Effect:
    """Wire values of `effect`."""

    ORDER = "APPLY_TO_ORDER"
    ITEMS = "APPLY_TO_ITEMS"
    BY_QUANTITY = "APPLY_TO_ITEMS_BY_QUANTITY"
    BY_VALUE = "APPLY_TO_ITEMS_PROPORTIONALLY"
    BY_VALUE_AND_QUANTITY = "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"
    ADD_MISSING = "ADD_MISSING_ITEMS"
    ADD_NEW = "ADD_NEW_ITEMS"
    ADD_SAME = "ADD_SAME_ITEMS"
    ADD_MANY = "ADD_MANY_ITEMS"
    REPLACE = "REPLACE_ITEMS"


"""The article that stands for the cost of delivery in every project."""

KINDS: Final = (
    (Kind.PERCENT, "Percentage off"),
    (Kind.AMOUNT, "Amount off"),
    (Kind.FIXED, "New price"),
    (Kind.UNIT, "Free items"),
    (Kind.UNITS, "Several free items"),
    (Kind.SHIPPING, "Free shipping"),
)
EFFECTS: Final = (
    (Effect.ORDER, "The whole order"),
    (Effect.ITEMS, "Each item of the conditions"),
    (Effect.BY_QUANTITY, "Each unit of these items"),
    (Effect.BY_VALUE, "These items together, shared out by value"),
    (Effect.BY_VALUE_AND_QUANTITY, "These items together, shared out by quantity"),
)
EFFECTS_OF: Final = {
    Kind.PERCENT: (Effect.ORDER, Effect.ITEMS),
    Kind.AMOUNT: tuple(effect for effect, _ in EFFECTS),
    Kind.FIXED: (Effect.ORDER, Effect.ITEMS),
}
HOWS: Final = (
    (Effect.ADD_MISSING, "What is missing is put into the basket"),
    (Effect.ADD_NEW, "Always put into the basket, on top"),
)
HOWS_OF_ONE: Final = (
    *HOWS,
    (Effect.ADD_SAME, "More of each item of the conditions"),
    (Effect.REPLACE, "In place of each unit of the conditions: an upgrade"),
)

VALUE_OF: Final = {
    Kind.PERCENT: "percent_off",
    Kind.AMOUNT: "amount_off",
    Kind.FIXED: "fixed_amount",
    Kind.UNIT: "unit_off",
}
"""The wire's field of the figure; with `_formula` behind it that of the calculated one."""


def kind_of(wire: dict[str, object] | None) -> str | None:
    """What a stored discount is called in the form."""
    if not wire:
        return None
    if wire.get("type") != Kind.UNIT:
        return str(wire.get("type"))
    if wire.get("units") or wire.get("effect") == Effect.ADD_MANY:
        return Kind.UNITS
    is_shipping = wire.get("unit_type") == SHIPPING_ID and wire.get("effect") == Effect.ADD_MISSING
    return Kind.SHIPPING if is_shipping and wire.get("unit_off") == 1 else Kind.UNIT
