from __future__ import annotations

from typing import Any

import pytest

from engine.basket import Basket
from engine.bundles import Bundle, Component
from tests.engine.effects.shop import EVERYTHING, INITIAL, discount, entry, line, only, product, taken

OFF = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_PROPORTIONALLY", "amount_off": 1000}


@pytest.mark.parametrize(
    ("options", "narrowing", "expected"),
    [
        ({}, {}, [160, 360, 480, 0]),
        ({"amount_off": 20_000}, {}, [2000, 4500, 6000, 0]),
        ({"amount_off_formula": "ORDER_AMOUNT / 17.5"}, {}, [160, 360, 480, 0]),
        ({"aggregated_amount_limit": 600}, {}, [160, 360, 80, 0]),
        ({}, {"amount_limit": 300}, [160, 300, 300, 0]),
        ({}, {"quantity_limit": 1}, [160, 360, 480, 0]),
    ],
)
def test_splits_the_sum_by_what_the_lines_cost(
    options: dict[str, Any], narrowing: dict[str, Any], expected: list[int]
) -> None:
    assert taken(discount({**OFF, **options}, targets=only(entry(**narrowing)))) == expected


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([500, 500, 500], [334, 333, 333]),
        ([0, 700], [0, 700]),
        ([0, 0], [0, 0]),
        ([1, 1, 5000], [0, 0, 1000]),
    ],
)
def test_largest_remainders_get_the_missing_units(prices: list[int], expected: list[int]) -> None:
    basket = Basket(lines=tuple(line(str(place), price, 1) for place, price in enumerate(prices)))

    assert taken(discount(OFF, basket=basket, targets=EVERYTHING)) == expected


def test_one_sum_over_all_entries() -> None:
    targets = only(entry(product("mug")), entry(product("poster")), entry(product("shirt")))

    assert taken(discount(OFF, targets=targets)) == [160, 360, 480, 0]


def test_initial_amounts_weigh_in_their_mode() -> None:
    basket = Basket(lines=(line("a", 1000, 1, discount_amount=900), line("b", 1000, 1)))

    assert taken(discount(OFF, basket=basket, targets=EVERYTHING)) == [91, 909]
    # Half each, but the first line costs only 100 any more.
    assert taken(discount(OFF, basket=basket, targets=EVERYTHING, mode=INITIAL)) == [100, 900]


def test_bundles_multiply_the_sum() -> None:
    basket = Basket(lines=(line("pan", 1500, 2), line("lid", 1000, 2)))
    bundle = Bundle(components=(Component(item=product("pan")), Component(item=product("lid"))), limit=9)

    assert taken(discount(OFF, basket=basket, targets=EVERYTHING, bundle=bundle)) == [1200, 800]
