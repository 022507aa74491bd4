from __future__ import annotations

from typing import Any

import pytest

from engine import effects
from engine.basket import Basket
from engine.effects import AddManyItems, AddMissingItems, AddNewItems, InvalidDiscount
from tests.engine.effects.shop import after, article, discount, line

RED = {"unit_off": 1, "unit_type": "prod_red", "effect": "ADD_MISSING_ITEMS"}
BLUE = {"unit_off": 1, "unit_type": "prod_blue", "effect": "ADD_NEW_ITEMS"}


def test_every_entry_has_its_own_effect() -> None:
    basket = Basket(lines=(line("red", 2900, 1), line("blue", 3100, 1)))

    order = after(
        discount(
            {"type": "UNIT", "effect": "ADD_MANY_ITEMS", "units": [RED, BLUE]},
            basket=basket,
            articles=(article("red", 2900), article("blue", 3100)),
        )
    )

    assert (order.amount, order.items_discount_amount, order.total_amount) == (9100, 6000, 3100)
    red, blue = order.lines
    assert (red.quantity, red.amount, red.subtotal_amount) == (1, 2900, 0)
    assert (blue.quantity, blue.amount, blue.subtotal_amount) == (2, 6200, 3100)


def test_the_second_entry_sees_what_the_first_one_added() -> None:
    units = [{**BLUE, "unit_off": 2}, {"unit_off": 1, "unit_type": "prod_blue"}]

    order = after(
        discount({"type": "UNIT", "units": units}, basket=Basket(amount=0), articles=(article("blue", 3100),))
    )

    assert [(one.quantity, one.discount_quantity) for one in order.lines] == [(3, 3)]


def test_a_list_of_units_is_this_effect() -> None:
    found = effects.parse({"type": "UNIT", "units": [{"unit_off": 2, "unit_type": "prod_red"}, BLUE]})

    assert found == AddManyItems(
        units=(
            AddMissingItems(unit_off=2, unit_type="prod_red"),
            AddNewItems(unit_off=1, unit_type="prod_blue"),
        )
    )
    assert effects.to_wire(found) == {
        "type": "UNIT",
        "units": [{"unit_off": 2, "unit_type": "prod_red", "effect": "ADD_MISSING_ITEMS"}, BLUE],
        "effect": "ADD_MANY_ITEMS",
    }


@pytest.mark.parametrize(
    ("units", "field"),
    [
        (None, "units"),
        ([], "units"),
        ("red", "units"),
        ([RED, 7], "units[1]"),
        ([{**RED, "unit_off": 0}], "units[0].unit_off"),
        ([{**RED, "unit_type": ""}], "units[0].unit_type"),
        ([{**RED, "effect": "REPLACE_ITEMS"}], "units[0].effect"),
    ],
)
def test_refuses_wrong_lists_and_says_where(units: Any, field: str) -> None:
    with pytest.raises(InvalidDiscount) as caught:
        effects.parse({"type": "UNIT", "effect": "ADD_MANY_ITEMS", "units": units})

    assert caught.value.field == field
