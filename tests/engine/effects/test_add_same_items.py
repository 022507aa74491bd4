from __future__ import annotations

from typing import Any

import pytest

from engine.applicability import Pick
from engine.basket import Basket, Line
from engine.reasons import ReasonKey
from tests.engine.effects.shop import EVERYTHING, after, discount, entry, only, taken

ADD = {"type": "UNIT", "effect": "ADD_SAME_ITEMS", "unit_off": 2}


@pytest.mark.parametrize(
    ("options", "narrowing", "units"),
    [
        ({}, {}, [2, 2, 2, 0]),
        ({}, {"quantity_limit": 1}, [1, 1, 1, 0]),
        ({}, {"aggregated_quantity_limit": 3}, [2, 1, 0, 0]),
        ({}, {"pick": Pick.CHEAPEST}, [2, 0, 0, 0]),
        ({"unit_off_formula": "ORDER_ITEM_UNITS_QUANTITY / 2"}, {}, [1, 1, 1, 0]),
    ],
)
def test_adds_free_units_to_every_line(
    options: dict[str, Any], narrowing: dict[str, Any], units: list[int]
) -> None:
    effected = discount({**ADD, **options}, targets=only(entry(**narrowing)))

    order = after(effected)
    assert [one.applied_discount_quantity for one in order.lines] == units
    assert [one.applied_quantity for one in order.lines] == units
    assert taken(effected) == [many * price for many, price in zip(units, (1000, 1500, 2000, 0), strict=True)]
    assert order.total_amount == 17500
    assert sum(one.units for one in effected.units) == sum(units)


def test_a_line_with_an_amount_only_gives_its_share() -> None:
    basket = Basket(lines=(Line(amount=999, quantity=3, product_id="prod_pack"),))

    (pack,) = after(discount(ADD, basket=basket, targets=EVERYTHING)).lines

    assert (pack.quantity, pack.amount, pack.discount_amount) == (5, 1665, 666)


def test_needs_items() -> None:
    assert discount(ADD, basket=Basket(amount=5)).refusal.key is ReasonKey.MISSING_ORDER_ITEMS  # type: ignore[union-attr]
    assert discount(ADD, basket=None).refusal.key is ReasonKey.MISSING_ORDER  # type: ignore[union-attr]
