from __future__ import annotations

from typing import Any

import pytest

from engine.basket import Basket
from tests.engine.effects.shop import EVERYTHING, discount, entry, line, only, taken

OFF = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY", "amount_off": 1000}


@pytest.mark.parametrize(
    ("options", "narrowing", "expected"),
    [
        ({}, {}, [250, 375, 375, 0]),
        ({"amount_off": 20_000}, {}, [2000, 4500, 6000, 0]),
        ({}, {"quantity_limit": 1}, [334, 333, 333, 0]),
        ({}, {"aggregated_quantity_limit": 4}, [500, 500, 0, 0]),
        ({"aggregated_amount_limit": 600}, {}, [250, 350, 0, 0]),
    ],
)
def test_splits_the_sum_by_units(
    options: dict[str, Any], narrowing: dict[str, Any], expected: list[int]
) -> None:
    assert taken(discount({**OFF, **options}, targets=only(entry(**narrowing)))) == expected


def test_what_does_not_fit_one_line_goes_to_the_others() -> None:
    basket = Basket(lines=(line("pen", 60, 5), line("bag", 2000, 1)))

    assert taken(discount(OFF, basket=basket, targets=EVERYTHING)) == [300, 700]
