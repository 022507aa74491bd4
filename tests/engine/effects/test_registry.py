from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine import effects
from engine.effects import (
    AmountOffItems,
    AmountOffOrder,
    AmountOffUnits,
    FixedItems,
    InvalidDiscount,
    PercentOffItems,
    PercentOffOrder,
    UnsupportedDiscount,
)

WIRES: list[dict[str, Any]] = [
    {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ORDER"},
    {"type": "AMOUNT", "amount_off": 500, "amount_limit": 9, "effect": "APPLY_TO_ITEMS"},
    {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"},
    {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ITEMS_PROPORTIONALLY"},
    {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"},
    {"type": "PERCENT", "percent_off": Decimal(5), "aggregated_amount_limit": 7, "effect": "APPLY_TO_ORDER"},
    {"type": "PERCENT", "percent_off": Decimal("5.5"), "effect": "APPLY_TO_ITEMS"},
    {"type": "FIXED", "fixed_amount": 500, "effect": "APPLY_TO_ORDER"},
    {
        "type": "FIXED",
        "fixed_amount": 5,
        "fixed_amount_formula": "ORDER_AMOUNT / 2",
        "effect": "APPLY_TO_ITEMS",
    },
    {"type": "UNIT", "unit_off": 2, "unit_type": "prod_1", "effect": "ADD_NEW_ITEMS"},
    {"type": "UNIT", "unit_off": 2, "unit_type": "sku_1", "effect": "ADD_MISSING_ITEMS"},
    {"type": "UNIT", "unit_off": 2, "effect": "ADD_SAME_ITEMS"},
    {
        "type": "UNIT",
        "units": [{"unit_off": 2, "unit_type": "prod_1", "effect": "ADD_NEW_ITEMS"}],
        "effect": "ADD_MANY_ITEMS",
    },
    {"type": "UNIT", "unit_off": 2, "unit_type": "prod_1", "effect": "REPLACE_ITEMS"},
]
PAYMENTS: list[dict[str, Any]] = [
    {"type": "GIFT", "effect": "APPLY_TO_ORDER"},
    {"type": "GIFT", "effect": "APPLY_TO_ITEMS"},
    {
        "type": "POINTS",
        "exchange_ratio": Decimal(1),
        "points_ratio": Decimal(10),
        "effect": "APPLY_TO_ORDER",
    },
]


def test_supported_lists_every_discount_of_the_contract() -> None:
    assert effects.supported() == tuple((wire["type"], wire["effect"]) for wire in WIRES)


@pytest.mark.parametrize("wire", [*WIRES, *PAYMENTS], ids=lambda wire: f"{wire['type']}-{wire['effect']}")
def test_wire_and_json_form_parse_back(wire: dict[str, Any]) -> None:
    found = effects.parse(wire)

    assert effects.to_wire(found) == wire
    assert effects.parse(effects.to_wire(found)) == found
    assert effects.parse(found.to_json()) == found
    assert effects.is_payment(found) == (wire in PAYMENTS)
    assert effects.is_dynamic(found) == ("fixed_amount_formula" in wire)


@pytest.mark.parametrize("effect", [{}, {"effect": None}, {"effect": "APPLY_TO_ORDER"}])
def test_effect_defaults_to_the_order(effect: dict[str, object]) -> None:
    amount = effects.parse({"type": "AMOUNT", "amount_off": 500, **effect})
    percent = effects.parse({"type": "PERCENT", "percent_off": 5, **effect})

    assert amount == AmountOffOrder(amount_off=500)
    assert percent == PercentOffOrder(percent_off=Decimal(5))


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ({"type": "AMOUNT", "amount_off": 500}, AmountOffItems(amount_off=500)),
        ({"type": "PERCENT", "percent_off": 5}, PercentOffItems(percent_off=Decimal(5))),
        ({"type": "FIXED", "fixed_amount": 5}, FixedItems(fixed_amount=5)),
        ({"type": "GIFT"}, effects.GiftItems()),
        # What the discount says itself wins.
        ({"type": "AMOUNT", "amount_off": 5, "effect": "APPLY_TO_ORDER"}, AmountOffOrder(amount_off=5)),
        (
            {"type": "AMOUNT", "amount_off": 5, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"},
            AmountOffUnits(amount_off=5),
        ),
        (
            {"type": "UNIT", "unit_off": 1, "unit_type": "prod_1"},
            effects.AddMissingItems(unit_off=1, unit_type="prod_1"),
        ),
    ],
)
def test_effect_defaults_to_items_where_the_rule_targets_them(
    wire: dict[str, Any], expected: effects.Effect
) -> None:
    assert effects.parse(wire, targets_items=True) == expected


def test_keys_that_say_nothing_about_the_figure_are_ignored() -> None:
    wire = {
        "type": "AMOUNT",
        "amount_off": 500,
        "is_dynamic": False,
        "amount_off_formula": None,
        "colour": "red",
    }

    assert effects.parse(wire) == AmountOffOrder(amount_off=500)


@pytest.mark.parametrize(
    "wire",
    [
        {},
        {"type": None, "effect": "APPLY_TO_ORDER"},
        {"type": ["AMOUNT"], "amount_off": 1},
        {"type": "AMOUNT", "effect": 7, "amount_off": 1},
        {"type": "amount", "amount_off": 1},
        {"type": "FIXED", "effect": "ADD_NEW_ITEMS", "fixed_amount": 100},
        {"type": "UNIT", "effect": "APPLY_TO_ORDER", "unit_off": 1},
        {"type": "PERCENT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "percent_off": 1},
    ],
)
def test_refuses_what_it_cannot_calculate_and_says_what_it_can(wire: dict[str, object]) -> None:
    with pytest.raises(UnsupportedDiscount, match="supported: AMOUNT/APPLY_TO_ORDER, AMOUNT") as caught:
        effects.parse(wire)

    assert caught.value.supported == effects.supported()


@pytest.mark.parametrize("effect", ["APPLY_TO_ORDER", "APPLY_TO_ITEMS", "APPLY_TO_ITEMS_PROPORTIONALLY"])
@pytest.mark.parametrize(
    "value",
    [None, -1, True, "100", "", 1.5, Decimal("1.5"), Decimal("NaN"), Decimal("1e400"), 10**15 + 1, [1]],
)
def test_refuses_sums_that_are_no_minor_units(value: object, effect: str) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({"type": "AMOUNT", "amount_off": value, "effect": effect})

    assert caught.value.field == "amount_off"


@pytest.mark.parametrize("effect", ["APPLY_TO_ORDER", "APPLY_TO_ITEMS"])
@pytest.mark.parametrize(
    "value",
    [
        None, -1, 101, True, "", "ten", 1.5, Decimal("100.1"), Decimal("NaN"), Decimal("Infinity"), "1e-400",
        Decimal("0.0000001"), [1],
    ],
)  # fmt: skip
def test_refuses_percentages_outside_0_to_100(value: object, effect: str) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({"type": "PERCENT", "percent_off": value, "effect": effect})

    assert caught.value.field == "percent_off"


@pytest.mark.parametrize("value", [None, 0, -1, True, "2", Decimal("1.5"), 10**9 + 1])
def test_refuses_numbers_of_units_below_one(value: object) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({"type": "UNIT", "unit_off": value, "unit_type": "prod_1"})

    assert caught.value.field == "unit_off"


@pytest.mark.parametrize("limit", ["amount_limit", "aggregated_amount_limit"])
def test_refuses_wrong_limits(limit: str) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({"type": "PERCENT", "percent_off": 5, limit: -5})

    assert caught.value.field == limit


@pytest.mark.parametrize(
    ("wire", "field"),
    [
        ({"type": "AMOUNT", "amount_off_formula": "ORDER_AMOUNT /"}, "amount_off_formula"),
        ({"type": "PERCENT", "percent_off_formula": "IF("}, "percent_off_formula"),
        ({"type": "FIXED", "fixed_amount_formula": 7}, "fixed_amount_formula"),
        ({"type": "UNIT", "unit_off_formula": "NO_SUCH_WORD", "unit_type": "prod_1"}, "unit_off_formula"),
    ],
)
def test_refuses_formulas_that_nobody_can_read(wire: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse(wire)

    assert caught.value.field == field


def test_whole_decimals_are_whole_amounts() -> None:
    assert effects.parse({"type": "AMOUNT", "amount_off": Decimal("10.0")}) == AmountOffOrder(amount_off=10)
