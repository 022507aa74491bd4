from __future__ import annotations

from decimal import Decimal

import pytest

from engine.effects import InvalidDiscount, dynamic
from engine.effects.base import LARGEST_AMOUNT
from engine.formula import Scope
from tests.engine.effects.shop import situation

SCOPE = Scope(situation({"type": "AMOUNT", "amount_off": 1}))
HUGE = "POW(10;12) * POW(10;12) * POW(10;12)"
TINY = f"1 / ({HUGE})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.344", 1234),
        ("12.345", 1235),
        ("0 - 12", 0),
        ("ORDER_AMOUNT", 17500),
        ("1 / 0", 77),
        ('ORDER_METADATA("colour")', 77),
        (HUGE, LARGEST_AMOUNT),
        (TINY, 0),
    ],
)
def test_money_is_in_major_units_and_rounds_half_up(text: str, expected: int) -> None:
    assert dynamic.money(SCOPE, text, 77) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12.345", "12.345"), ("0 - 1", "0"), ("100.01", "100"), ("1 / 0", "7"), (HUGE, "100"), (TINY, "0")],
)
def test_percentages_stay_within_0_and_100(text: str, expected: str) -> None:
    assert dynamic.percent(SCOPE, text, Decimal(7)) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2.99", 2), ("0 - 0.5", 0), ("ORDER_UNITS_QUANTITY", 10), ("1 / 0", None), (TINY, 0)],
)
def test_units_are_whole(text: str, expected: int | None) -> None:
    assert dynamic.units(SCOPE, text, None) == expected


def test_formulas_of_a_line_need_a_line() -> None:
    assert dynamic.money(SCOPE, "ORDER_ITEM_PRICE", 5) == 5
    assert dynamic.money(SCOPE.at_line(1), "ORDER_ITEM_PRICE", 5) == 1500


def test_a_formula_is_read_once() -> None:
    assert dynamic.parsed("ORDER_AMOUNT + 0.25") is dynamic.parsed("ORDER_AMOUNT + 0.25")


def test_says_where_a_formula_is_wrong() -> None:
    with pytest.raises(InvalidDiscount, match="price_formula") as caught:
        dynamic.check("1 + ", "price_formula")

    assert caught.value.field == "price_formula"
