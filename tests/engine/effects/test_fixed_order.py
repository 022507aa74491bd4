from __future__ import annotations

from typing import Any

import pytest

from engine.basket import Basket
from engine.bundles import Bundle, Component
from engine.stacking_rules import CalculationMode
from tests.engine.effects.shop import CART, DISCOUNTED, INITIAL, after, discount, product

REDUCED = Basket(amount=17500, discount_amount=4000)


@pytest.mark.parametrize(
    ("options", "basket", "mode", "expected"),
    [
        ({"fixed_amount": 15000}, CART, DISCOUNTED, 2500),
        ({"fixed_amount": 20000}, CART, DISCOUNTED, 0),
        ({"fixed_amount": 0}, CART, DISCOUNTED, 17500),
        ({"fixed_amount": 15000}, REDUCED, DISCOUNTED, 0),
        ({"fixed_amount": 10000}, REDUCED, DISCOUNTED, 3500),
        ({"fixed_amount": 15000}, REDUCED, INITIAL, 2500),
        ({"fixed_amount": 1000}, REDUCED, INITIAL, 13500),
        ({"fixed_amount": 100}, Basket(), DISCOUNTED, 0),
        ({"fixed_amount_formula": "ORDER_AMOUNT - 10"}, CART, DISCOUNTED, 1000),
        ({"fixed_amount_formula": "1 / 0", "fixed_amount": 17000}, CART, DISCOUNTED, 500),
    ],
)
def test_brings_the_order_to_the_new_price(
    options: dict[str, Any], basket: Basket, mode: CalculationMode, expected: int
) -> None:
    effected = discount({"type": "FIXED", "effect": "APPLY_TO_ORDER", **options}, basket=basket, mode=mode)

    assert after(effected).applied_discount_amount == expected
    assert effected.applied == (expected > 0)


def test_bundles_change_nothing() -> None:
    bundle = Bundle(components=(Component(item=product("poster")),), limit=3)

    order = after(discount({"type": "FIXED", "fixed_amount": 15000}, bundle=bundle))

    assert order.total_amount == 15000
