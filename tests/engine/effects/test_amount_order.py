from __future__ import annotations

import pytest

from engine import effects
from engine.basket import Basket, open_order
from engine.effects import AmountOffOrder
from engine.stacking_rules import CalculationMode


@pytest.mark.parametrize(
    ("options", "amount", "expected"),
    [
        ({"amount_off": 1000}, 17500, 1000),
        ({"amount_off": 1000}, 700, 700),
        ({"amount_off": 0}, 700, 0),
        ({"amount_off": 1000}, 0, 0),
        ({"amount_off": 1000}, None, 0),
        ({"amount_off": 1000, "amount_limit": 400}, 17500, 400),
        ({"amount_off": 1000, "aggregated_amount_limit": 300, "amount_limit": 400}, 17500, 300),
        ({"amount_off": 1000, "amount_limit": 4000}, 17500, 1000),
        ({"amount_off": 1000, "amount_limit": 0}, 17500, 0),
    ],
)
@pytest.mark.parametrize("mode", list(CalculationMode))
def test_takes_the_sum_off_the_order(
    options: dict[str, int], amount: int | None, expected: int, mode: CalculationMode
) -> None:
    discount = effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ORDER", **options})

    change = discount.change(open_order(Basket(amount=amount)), mode)

    assert change.order_discount == expected
    assert change.line_discounts == ()


def test_takes_no_more_than_is_still_payable() -> None:
    order = open_order(Basket(amount=10000, discount_amount=9200))

    change = AmountOffOrder(amount_off=1000).change(order, CalculationMode.DISCOUNTED_AMOUNT)

    assert change.order_discount == 800
