from __future__ import annotations

from typing import Any

import pytest

from engine.basket import Basket
from engine.bundles import Bundle, Component
from engine.stacking_rules import CalculationMode
from tests.engine.effects.shop import CART, after, discount, product


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
        ({"amount_off": 7, "amount_off_formula": "IF(ORDER_AMOUNT > 150;20;5)"}, 17500, 2000),
        ({"amount_off": 7, "amount_off_formula": "IF(ORDER_AMOUNT > 150;20;5)"}, 15000, 500),
        ({"amount_off_formula": "0 - 5"}, 15000, 0),
        # What cannot be calculated leaves the fixed value.
        ({"amount_off": 7, "amount_off_formula": "ORDER_AMOUNT / 0"}, 15000, 7),
        ({"amount_off_formula": 'ORDER_METADATA("none")'}, 15000, 0),
        ({"amount_off_formula": "10.005"}, 15000, 1001),
    ],
)
@pytest.mark.parametrize("mode", list(CalculationMode))
def test_takes_the_sum_off_the_order(
    options: dict[str, Any], amount: int | None, expected: int, mode: CalculationMode
) -> None:
    effected = discount(
        {"type": "AMOUNT", "effect": "APPLY_TO_ORDER", **options}, basket=Basket(amount=amount), mode=mode
    )

    order = after(effected)
    assert order.applied_discount_amount == order.discount_amount == expected
    assert order.total_amount == (None if amount is None else amount - expected)
    assert effected.applied == (expected > 0)


def test_takes_no_more_than_is_still_payable() -> None:
    order = after(
        discount({"type": "AMOUNT", "amount_off": 1000}, basket=Basket(amount=10000, discount_amount=9200))
    )

    assert (order.applied_discount_amount, order.discount_amount, order.total_amount) == (800, 10000, 0)


def test_leaves_the_lines_alone() -> None:
    order = after(discount({"type": "AMOUNT", "amount_off": 1000}))

    assert order.total_amount == 16500
    assert [line.discount_amount for line in order.lines] == [0, 0, 0, 0]


def test_counts_once_for_every_bundle() -> None:
    bundle = Bundle(components=(Component(item=product("poster")),), limit=2)

    assert after(discount({"type": "AMOUNT", "amount_off": 1000}, bundle=bundle)).total_amount == 15500


def test_without_an_order_nothing_is_calculated_and_nothing_refused() -> None:
    effected = discount({"type": "AMOUNT", "amount_off": 1000}, basket=None)

    assert (effected.refusal, effected.order, effected.applied) == (None, None, False)


def test_a_later_request_gives_what_is_left() -> None:
    stored = Basket(amount=10000, discount_amount=9200, lines=CART.lines)

    assert after(discount({"type": "AMOUNT", "amount_off": 1000}, basket=stored)).discount_amount == 10000
