from __future__ import annotations

from decimal import Decimal

import pytest

from engine import effects
from engine.effects import AmountOffOrder, InvalidDiscount, PercentOffOrder, UnsupportedDiscount


def test_supported_lists_what_parse_knows() -> None:
    assert effects.supported() == (("AMOUNT", "APPLY_TO_ORDER"), ("PERCENT", "APPLY_TO_ORDER"))


@pytest.mark.parametrize("effect", [{}, {"effect": None}, {"effect": "APPLY_TO_ORDER"}])
def test_effect_defaults_to_the_order(effect: dict[str, object]) -> None:
    amount = effects.parse({"type": "AMOUNT", "amount_off": 500, **effect})
    percent = effects.parse({"type": "PERCENT", "percent_off": 5, **effect})

    assert amount == AmountOffOrder(amount_off=500)
    assert percent == PercentOffOrder(percent_off=Decimal(5))


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
        {"type": "FIXED", "effect": "APPLY_TO_ORDER", "fixed_amount": 100},
        {"type": "UNIT", "effect": "ADD_MISSING_ITEMS", "unit_off": 1},
        {"type": "UNIT", "unit_off": 1},
        {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 1},
        {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 1},
        {"type": "AMOUNT", "amount_off": 1, "amount_off_formula": "ORDER_AMOUNT / 10"},
        {"type": "PERCENT", "percent_off": 1, "percent_off_formula": "20"},
    ],
)
def test_refuses_what_it_cannot_calculate_and_says_what_it_can(wire: dict[str, object]) -> None:
    with pytest.raises(UnsupportedDiscount, match="supported: AMOUNT/APPLY_TO_ORDER, PERCENT") as caught:
        effects.parse(wire)

    assert caught.value.supported == effects.supported()


@pytest.mark.parametrize(
    "value",
    [None, -1, True, "100", "", 1.5, Decimal("1.5"), Decimal("NaN"), Decimal("1e400"), 10**15 + 1, [1]],
)
def test_refuses_sums_that_are_no_minor_units(value: object) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({"type": "AMOUNT", "amount_off": value})

    assert caught.value.field == "amount_off"


@pytest.mark.parametrize(
    "value",
    [
        None,
        -1,
        101,
        True,
        "",
        "ten",
        1.5,
        Decimal("100.1"),
        Decimal("NaN"),
        Decimal("Infinity"),
        "1e-400",
        Decimal("0.0000001"),
        [1],
    ],
)
def test_refuses_percentages_outside_0_to_100(value: object) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({"type": "PERCENT", "percent_off": value})

    assert caught.value.field == "percent_off"


@pytest.mark.parametrize("limit", ["amount_limit", "aggregated_amount_limit"])
def test_refuses_wrong_limits(limit: str) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({"type": "PERCENT", "percent_off": 5, limit: -5})

    assert caught.value.field == limit


def test_whole_decimals_are_whole_amounts() -> None:
    assert effects.parse({"type": "AMOUNT", "amount_off": Decimal("10.0")}) == AmountOffOrder(amount_off=10)


@pytest.mark.parametrize(
    "discount",
    [
        AmountOffOrder(amount_off=500, amount_limit=400),
        PercentOffOrder(percent_off=Decimal("12.5"), aggregated_amount_limit=1),
    ],
)
def test_json_form_parses_back(discount: effects.Effect) -> None:
    assert effects.parse(discount.to_json()) == discount
