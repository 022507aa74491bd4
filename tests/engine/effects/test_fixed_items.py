from __future__ import annotations

from typing import Any

import pytest

from engine.basket import Basket
from engine.bundles import Bundle, Component
from tests.engine.effects.shop import CART, EVERYTHING, INITIAL, discount, entry, line, only, product, taken

NEW_PRICE = {"type": "FIXED", "effect": "APPLY_TO_ITEMS", "fixed_amount": 1000}


@pytest.mark.parametrize(
    ("options", "narrowing", "expected"),
    [
        ({}, {}, [0, 1500, 3000, 0]),
        ({"fixed_amount": 1800}, {}, [0, 0, 600, 0]),
        ({}, {"price": 1400}, [0, 300, 1800, 0]),
        ({}, {"price_formula": "ORDER_ITEM_PRICE / 2"}, [1000, 2250, 3000, 0]),
        ({}, {"price": 1400, "price_formula": "1 / 0"}, [0, 300, 1800, 0]),
        ({}, {"price_formula": "1 / 0"}, [0, 1500, 3000, 0]),
        ({"fixed_amount_formula": "CHEAPEST_ORDER_ITEM_PRICE"}, {}, [0, 1500, 3000, 0]),
        ({}, {"quantity_limit": 2}, [0, 1000, 2000, 0]),
        ({}, {"aggregated_quantity_limit": 6}, [0, 1500, 1000, 0]),
        ({}, {"amount_limit": 1200}, [0, 1200, 1200, 0]),
        ({}, {"aggregated_amount_limit": 2000}, [0, 1500, 500, 0]),
    ],
)
def test_brings_every_unit_to_the_new_price(
    options: dict[str, Any], narrowing: dict[str, Any], expected: list[int]
) -> None:
    assert taken(discount({**NEW_PRICE, **options}, targets=only(entry(**narrowing)))) == expected


def test_every_entry_has_its_own_price() -> None:
    targets = only(entry(product("shirt"), price=500), entry(product("poster")))

    assert taken(discount(NEW_PRICE, targets=targets)) == [0, 1500, 4500, 0]


def test_the_current_price_is_that_of_what_is_left_to_pay() -> None:
    basket = Basket(lines=(line("lamp", 2000, 3, discount_amount=1500),))

    assert taken(discount(NEW_PRICE, basket=basket, targets=EVERYTHING)) == [1500]
    assert taken(discount(NEW_PRICE, basket=basket, targets=EVERYTHING, mode=INITIAL)) == [3000]


def test_bundles_multiply_the_limit_on_units() -> None:
    bundle = Bundle(components=(Component(item=product("mug")),), limit=2)
    targets = only(entry(quantity_limit=1))

    assert taken(discount(NEW_PRICE, targets=targets)) == [0, 500, 1000, 0]
    assert taken(discount(NEW_PRICE, basket=CART, targets=targets, bundle=bundle)) == [0, 1000, 2000, 0]
