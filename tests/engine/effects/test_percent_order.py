from __future__ import annotations

from decimal import Decimal

import pytest

from engine import effects
from engine.basket import Basket, open_order
from engine.stacking_rules import CalculationMode

DISCOUNTED = CalculationMode.DISCOUNTED_AMOUNT
INITIAL = CalculationMode.INITIAL_AMOUNT


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
    ],
)
def test_takes_a_share_of_the_base(
    options: dict[str, object], basket: Basket, mode: CalculationMode, expected: int
) -> None:
    discount = effects.parse({"type": "PERCENT", **options})

    change = discount.change(open_order(basket), mode)

    assert change.order_discount == expected
    assert change.line_discounts == ()
