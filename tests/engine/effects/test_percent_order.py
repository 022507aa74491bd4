from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.basket import Basket
from engine.bundles import Bundle, Component
from engine.stacking_rules import CalculationMode
from tests.engine.effects.shop import DISCOUNTED, INITIAL, after, discount, line, product


@pytest.mark.parametrize(
    ("options", "basket", "mode", "expected"),
    [
        ({"percent_off": 10}, Basket(amount=17500), DISCOUNTED, 1750),
        ({"percent_off": 10, "amount_limit": 1500}, Basket(amount=17500), DISCOUNTED, 1500),
        ({"percent_off": 10, "aggregated_amount_limit": 900}, Basket(amount=17500), DISCOUNTED, 900),
        ({"percent_off": 3}, Basket(amount=103350), DISCOUNTED, 3101),
        ({"percent_off": Decimal("12.5")}, Basket(amount=333), DISCOUNTED, 42),
        ({"percent_off": 100}, Basket(amount=333), DISCOUNTED, 333),
        ({"percent_off": 0}, Basket(amount=333), DISCOUNTED, 0),
        ({"percent_off": 50}, Basket(), DISCOUNTED, 0),
        ({"percent_off": 50}, Basket(), INITIAL, 0),
        # After 1000 off 10000 the base is what is left, or what it was.
        ({"percent_off": 20}, Basket(amount=10000, discount_amount=1000), DISCOUNTED, 1800),
        ({"percent_off": 20}, Basket(amount=10000, discount_amount=1000), INITIAL, 2000),
        # Whatever the base, no more than is still payable.
        ({"percent_off": 20}, Basket(amount=10000, discount_amount=9200), INITIAL, 800),
        # Free units that an earlier request added are no part of the initial amount.
        ({"percent_off": 10}, Basket(amount=5800, initial_amount=2900), INITIAL, 290),
        ({"percent_off_formula": "ORDER_AMOUNT"}, Basket(amount=2000), DISCOUNTED, 400),
        ({"percent_off_formula": "250"}, Basket(amount=2000), DISCOUNTED, 2000),
        ({"percent_off_formula": "0 - 3", "percent_off": 5}, Basket(amount=2000), DISCOUNTED, 0),
        ({"percent_off_formula": "1 / 0", "percent_off": 5}, Basket(amount=2000), DISCOUNTED, 100),
    ],
)
def test_takes_a_share_of_the_base(
    options: dict[str, Any], basket: Basket, mode: CalculationMode, expected: int
) -> None:
    order = after(discount({"type": "PERCENT", **options}, basket=basket, mode=mode))

    assert order.applied_discount_amount == expected
    assert order.items_applied_discount_amount == 0


FORMULA = "IF(ORDER_UNITS_QUANTITY > 3;IF(ORDER_AMOUNT > 150;30;20);5)"


@pytest.mark.parametrize(("units", "amount", "percent"), [(4, 25000, 30), (4, 15000, 20), (3, 25000, 5)])
def test_formula_of_the_contract(units: int, amount: int, percent: int) -> None:
    basket = Basket(lines=(line("box", None, units, amount=amount),))

    order = after(discount({"type": "PERCENT", "percent_off_formula": FORMULA}, basket=basket))

    assert order.discount_amount == amount * percent // 100


@pytest.mark.parametrize(("percent", "limit", "total"), [(10, 2, 14000), (60, 2, 0)])
def test_bundles_multiply_the_percentage_up_to_a_hundred(percent: int, limit: int, total: int) -> None:
    bundle = Bundle(components=(Component(item=product("poster")),), limit=limit)

    order = after(discount({"type": "PERCENT", "percent_off": percent}, bundle=bundle))

    assert order.total_amount == total
