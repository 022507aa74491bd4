from __future__ import annotations

from typing import Any

import pytest

from engine.applicability import Pick, Target
from engine.basket import Basket
from engine.bundles import Bundle, Component
from tests.engine.effects.shop import EVERYTHING, after, discount, entry, line, only, product, taken

OFF = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 1000}


@pytest.mark.parametrize(
    ("options", "narrowing", "expected"),
    [
        ({}, {}, [2000, 3000, 3000, 0]),
        ({}, {"quantity_limit": 1}, [1000, 1000, 1000, 0]),
        ({}, {"aggregated_quantity_limit": 4}, [2000, 2000, 0, 0]),
        ({}, {"aggregated_quantity_limit": 4, "pick": Pick.FROM_MOST_EXPENSIVE}, [0, 1000, 3000, 0]),
        ({}, {"amount_limit": 1500}, [1500, 1500, 1500, 0]),
        ({}, {"aggregated_amount_limit": 2500}, [2000, 500, 0, 0]),
        ({}, {"quantity_limit": 0}, [0, 0, 0, 0]),
        ({"amount_off": 1700}, {}, [2000, 4500, 5100, 0]),
        ({"aggregated_amount_limit": 2500}, {}, [2000, 500, 0, 0]),
        ({"amount_limit": 700}, {}, [700, 700, 700, 0]),
        ({}, {"quantity_limit_formula": "ORDER_ITEM_UNITS_QUANTITY - 1"}, [1000, 2000, 2000, 0]),
        ({}, {"aggregated_quantity_limit_formula": "2.9"}, [2000, 0, 0, 0]),
        ({}, {"quantity_limit": 1, "quantity_limit_formula": "1 / 0"}, [1000, 1000, 1000, 0]),
        ({"amount_off_formula": "ORDER_ITEM_PRICE / 10"}, {}, [200, 450, 600, 0]),
        ({}, {"target": Target.UNIT, "pick": Pick.CHEAPEST, "skip_initially": 2}, [0, 1000, 0, 0]),
    ],
)
def test_takes_the_sum_off_every_unit(
    options: dict[str, Any], narrowing: dict[str, Any], expected: list[int]
) -> None:
    assert taken(discount({**OFF, **options}, targets=only(entry(**narrowing)))) == expected


def test_every_second_unit_from_the_most_expensive() -> None:
    cart = Basket(
        lines=(
            line("shirt", 2000, 3, "pc_adv"),
            line("poster", 1500, 5, "pc_adv"),
            line("mug", 1000, 2, "pc_adv"),
            line("socks", 500, 4, "pc_adv"),
            line("bottle", 2500, 2),
        )
    )
    second = entry(target=Target.UNIT, pick=Pick.FROM_MOST_EXPENSIVE, skip_initially=1, repeat=2)

    effected = discount({**OFF, "amount_off": 500}, basket=cart, targets=only(second))

    assert taken(effected) == [500, 1500, 500, 1000, 0]
    assert after(effected).items_applied_discount_amount == 3500
    printed = effected.applicable_to[0].order_item_units
    assert [(one.index, one.units) for one in printed] == [(0, (2,)), (1, (1, 3, 5)), (2, (2,)), (3, (2, 4))]


@pytest.mark.parametrize(("narrowing", "expected"), [({"quantity_limit": 1}, 4000), ({}, 6000)])
def test_bundles_multiply_the_limit_on_units(narrowing: dict[str, Any], expected: int) -> None:
    bought = (line("laptop", 100_000, 2), line("bag", 9000, 2), line("mouse", 5000, 3))
    bundle = Bundle(components=(Component(item=product("laptop")), Component(item=product("bag"))), limit=5)

    effected = discount(
        {**OFF, "amount_off": 2000},
        basket=Basket(lines=bought),
        targets=only(entry(product("mouse"), **narrowing)),
        bundle=bundle,
    )

    assert taken(effected) == [0, 0, expected]


def test_notes_the_units_that_were_discounted() -> None:
    effected = discount(OFF, targets=only(entry(aggregated_quantity_limit=4)))

    assert [(one.article, one.units) for one in effected.units] == [("prod_mug", 2), ("prod_poster", 2)]
    assert effected.units[0].entry.item.id == "pc_adv"


def test_ten_thousand_units_are_one_number() -> None:
    basket = Basket(lines=(line("nail", 3, 10_000),))

    effected = discount({**OFF, "amount_off": 1}, basket=basket, targets=EVERYTHING)

    assert taken(effected) == [10_000]
    assert effected.units[0].units == 10_000
