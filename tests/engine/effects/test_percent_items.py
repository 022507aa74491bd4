from __future__ import annotations

from typing import Any

import pytest

from engine.applicability import Pick, Target
from engine.basket import Basket
from engine.bundles import Bundle, Component
from tests.engine.effects.shop import (
    CART,
    EVERYTHING,
    INITIAL,
    after,
    discount,
    entry,
    in_turn,
    line,
    only,
    taken,
)
from tests.engine.effects.shop import product as of_product

OFF = {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 10}


@pytest.mark.parametrize(
    ("options", "narrowing", "expected"),
    [
        ({}, {}, [200, 450, 600, 0]),
        ({"amount_limit": 400}, {}, [200, 400, 400, 0]),
        ({"aggregated_amount_limit": 900}, {}, [200, 450, 250, 0]),
        ({}, {"amount_limit": 400}, [200, 400, 400, 0]),
        ({}, {"aggregated_amount_limit": 300}, [200, 100, 0, 0]),
        ({}, {"quantity_limit": 2}, [200, 300, 400, 0]),
        ({}, {"aggregated_quantity_limit": 3}, [200, 150, 0, 0]),
        ({"percent_off": 0}, {}, [0, 0, 0, 0]),
        ({"percent_off": 100}, {}, [2000, 4500, 6000, 0]),
        ({"percent_off_formula": "ORDER_ITEM_PRICE"}, {}, [200, 675, 1200, 0]),
        ({}, {"target": Target.UNIT, "repeat": 4}, [100, 150, 0, 0]),
        ({}, {"pick": Pick.MOST_EXPENSIVE, "target": Target.UNIT}, [0, 0, 200, 0]),
    ],
)
def test_takes_a_share_of_every_line(
    options: dict[str, Any], narrowing: dict[str, Any], expected: list[int]
) -> None:
    assert taken(discount({**OFF, **options}, targets=only(entry(**narrowing)))) == expected


def test_rounds_once_for_the_limited_units_of_a_line() -> None:
    basket = Basket(lines=(line("lamp", 3333, 3, "pc_adv"),))

    assert taken(discount(OFF, basket=basket, targets=only(entry(quantity_limit=2)))) == [667]


def test_order_discounts_do_not_lower_the_base() -> None:
    basket = Basket(lines=(line("lamp", 23850, 1),), discount_amount=5000)

    assert taken(discount(OFF, basket=basket, targets=EVERYTHING)) == [2385]


def test_the_base_is_the_subtotal_or_the_initial_amount() -> None:
    basket = Basket(lines=(line("lamp", 10000, 1, discount_amount=1000),))
    twenty = {**OFF, "percent_off": 20}

    assert taken(discount(twenty, basket=basket, targets=EVERYTHING)) == [1800]
    assert taken(discount(twenty, basket=basket, targets=EVERYTHING, mode=INITIAL)) == [2000]


def test_bundles_multiply_the_percentage() -> None:
    bundle = Bundle(components=(Component(item=of_product("mug")),), limit=2)

    assert taken(discount(OFF, targets=only(), bundle=bundle)) == [400, 900, 1200, 0]


def test_lines_that_are_barred_get_nothing() -> None:
    # ONCE on the sample cart: the first discount took lines 0 to 2, so 500 off "every line" means the bottle.
    amount = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 500}
    _, first = in_turn(CART, {"wire": OFF, "targets": only()})

    stacked = discount(amount, before=first, targets=EVERYTHING)
    once = discount(amount, before=first, targets=EVERYTHING, barred=frozenset({0, 1, 2}))

    assert taken(stacked) == [500, 500, 500, 500]
    assert taken(once) == [0, 0, 0, 500]
    assert after(once).total_amount == 17500 - 1250 - 500
