from __future__ import annotations

from typing import Any

import pytest

from engine.basket import Basket
from engine.bundles import Bundle, Component
from engine.reasons import ReasonKey
from tests.engine.effects.shop import after, article, discount, line, product

ADD = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_shirt"}
SHIRT = article("shirt", 2900)


def test_added_units_join_the_line_of_the_article() -> None:
    basket = Basket(lines=(line("shirt", 2900, 1),))

    effected = discount(ADD, basket=basket, articles=(SHIRT,))

    order = after(effected)
    (shirt,) = order.lines
    assert (shirt.quantity, shirt.initial_quantity, shirt.amount, shirt.initial_amount) == (2, 1, 5800, 2900)
    assert (shirt.discount_amount, shirt.applied_discount_amount, shirt.subtotal_amount) == (2900, 2900, 2900)
    assert (shirt.discount_quantity, shirt.applied_discount_quantity) == (1, 1)
    assert (shirt.applied_quantity, shirt.applied_quantity_amount) == (1, 2900)
    assert (order.amount, order.initial_amount, order.total_amount) == (5800, 2900, 2900)
    assert (effected.added, effected.applied) == ((), True)


def test_an_article_that_is_not_there_makes_a_new_line_at_the_end() -> None:
    cap = discount({**ADD, "unit_type": "prod_cap", "unit_off": 2}, articles=(article("cap", 700),))
    order = after(cap)
    new = order.lines[4]
    assert (new.product_id, new.quantity, new.initial_quantity) == ("prod_cap", 2, 0)
    assert (new.amount, new.initial_amount, new.discount_amount, new.subtotal_amount) == (1400, 0, 1400, 0)
    assert [one.name for one in cap.added] == ["cap"]
    assert (order.amount, order.initial_amount, order.total_amount) == (18900, 17500, 17500)


def test_the_price_in_the_order_beats_that_of_the_catalogue() -> None:
    basket = Basket(lines=(line("shirt", 2500, 1),))

    assert after(discount(ADD, basket=basket, articles=(SHIRT,))).items_discount_amount == 2500


def test_an_order_amount_of_its_own_grows_too() -> None:
    order = after(discount(ADD, basket=Basket(amount=9999), articles=(SHIRT,)))

    assert (order.amount, order.total_amount, order.items_discount_amount) == (9999 + 2900, 9999, 2900)


def test_earlier_order_discounts_do_not_lower_the_free_value() -> None:
    basket = Basket(lines=(line("coat", 170_900, 1),), discount_amount=51_270)

    order = after(
        discount({**ADD, "unit_type": "prod_shoe"}, basket=basket, articles=(article("shoe", 64_900),))
    )

    assert order.items_applied_discount_amount == 64_900
    assert order.total_amount == 170_900 - 51_270


def test_an_article_without_a_price_moves_units_only() -> None:
    effected = discount({**ADD, "unit_type": "prod_unknown"})

    new = after(effected).lines[4]
    assert (new.quantity, new.discount_quantity, new.amount, new.subtotal_amount) == (1, 1, None, None)
    assert after(effected).total_amount == 17500
    assert effected.applied


@pytest.mark.parametrize(
    ("options", "units"),
    [
        ({"unit_off_formula": "ORDER_UNITS_QUANTITY / 3"}, 3),  # 3.33 is floored
        ({"unit_off_formula": "0 - 1"}, 0),
        ({"unit_off_formula": "1 / 0", "unit_off": 2}, 2),
    ],
)
def test_a_formula_says_how_many(options: dict[str, Any], units: int) -> None:
    effected = discount({**ADD, **options}, articles=(SHIRT,))

    assert after(effected).lines[2].applied_discount_quantity == units
    assert effected.applied == (units > 0)


def test_bundles_multiply_the_units() -> None:
    bundle = Bundle(components=(Component(item=product("mug")),), limit=2)

    assert after(discount(ADD, bundle=bundle)).lines[2].applied_quantity == 2


def test_needs_an_order() -> None:
    effected = discount(ADD, basket=None)

    assert effected.refusal is not None
    assert effected.refusal.key is ReasonKey.MISSING_ORDER
    assert effected.order is None
