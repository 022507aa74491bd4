"""The examples of the contract, 5.10."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.basket import Line
from tests.engine.formula.situations import situation, worth


@pytest.mark.parametrize(
    ("units", "amount", "percent"), [(4, 25000, 30), (4, 15000, 20), (3, 25000, 5), (3, 15000, 5)]
)
def test_percent_by_units_and_amount(units: int, amount: int, percent: int) -> None:
    where = situation(lines=(Line(quantity=units, amount=amount),))

    assert worth("IF(ORDER_UNITS_QUANTITY > 3;IF(ORDER_AMOUNT > 150;30;20);5)", where=where) == percent


@pytest.mark.parametrize(("amount", "off"), [(40000, 20), (40001, 0)])
def test_money_is_counted_in_major_units(amount: int, off: int) -> None:
    where = situation(lines=(Line(amount=amount),))

    assert worth("IF(ORDER_AMOUNT > 400;0;20)", where=where) == off


def test_price_of_one_line() -> None:
    where = situation(lines=(Line(price=600),))

    assert worth("ORDER_ITEM_PRICE * 0.01 + 1", 0, where) == Decimal("1.06")


@pytest.mark.parametrize(("level", "value"), [("x", 1), ("y", 2), ("z", 9)])
def test_switch_with_cases_side_by_side(level: str, value: int) -> None:
    text = f'SWITCH("{level}";SWITCH_CASE("x";1) SWITCH_CASE("y";2);9)'

    assert worth(text) == value
