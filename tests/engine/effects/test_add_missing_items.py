from __future__ import annotations

from typing import Any

import pytest

from engine.basket import Basket, Line
from engine.items import SHIPPING_ID
from engine.snapshot import Article
from tests.engine.effects.shop import after, article, discount, in_turn, line

SHIRT = article("shirt", 2900)


def add(units: int, name: str = "prod_shirt") -> dict[str, Any]:
    return {"type": "UNIT", "effect": "ADD_MISSING_ITEMS", "unit_off": units, "unit_type": name}


@pytest.mark.parametrize(
    ("bought", "free", "quantity", "amount", "taken"),
    [
        (1, 1, 1, 2900, 2900),
        (1, 2, 2, 5800, 5800),
        (0, 1, 1, 2900, 2900),
        (3, 1, 3, 8700, 2900),
        (10**9, 1, 10**9, 2900 * 10**9, 2900),
    ],
)
def test_units_in_the_order_come_first(
    bought: int, free: int, quantity: int, amount: int, taken: int
) -> None:
    basket = Basket(lines=(line("shirt", 2900, bought),) if bought else (), amount=None if bought else 0)

    (shirt,) = after(discount(add(free), basket=basket, articles=(SHIRT,))).lines

    assert (shirt.quantity, shirt.amount) == (quantity, amount)
    assert (shirt.discount_amount, shirt.subtotal_amount) == (taken, amount - taken)
    assert (shirt.initial_quantity, shirt.discount_quantity) == (bought, free)


def test_takes_only_what_an_earlier_discount_left() -> None:
    basket = Basket(lines=(line("coat", 26_500, 1, discount_amount=7950),))

    order = after(discount(add(1, "prod_coat"), basket=basket, articles=(article("coat", 26_500),)))

    assert order.items_applied_discount_amount == 18_550
    assert order.total_amount == 0


def test_units_that_are_free_already_do_not_count() -> None:
    basket = Basket(lines=(line("coat", 26_500, 1),))
    coat = (article("coat", 26_500),)

    first, second = in_turn(
        basket,
        {"wire": add(1, "prod_coat"), "articles": coat},
        {"wire": add(2, "prod_coat"), "articles": coat},
    )[1:]

    assert (first.lines[0].quantity, first.lines[0].discount_quantity) == (1, 1)
    (line_after,) = second.lines
    assert (line_after.quantity, line_after.discount_quantity) == (3, 3)
    assert (line_after.applied_quantity, line_after.applied_discount_quantity) == (2, 2)
    assert second.items_applied_discount_amount == 53_000


def test_a_continued_order_remembers_its_free_units() -> None:
    basket = Basket(
        lines=(line("shirt", 2900, 2, initial_quantity=1, discount_quantity=1, discount_amount=2900),)
    )

    (shirt,) = after(discount(add(1), basket=basket, articles=(SHIRT,))).lines

    assert (shirt.quantity, shirt.initial_quantity, shirt.discount_quantity) == (2, 1, 2)
    assert (shirt.applied_discount_amount, shirt.subtotal_amount) == (2900, 0)


def test_free_shipping_is_a_line_without_amounts() -> None:
    shipping = Article(
        id=SHIPPING_ID, product_id=SHIPPING_ID, source_id="5h1pp1ng", product_source_id="5h1pp1ng"
    )
    basket = Basket(lines=(line("shirt", 2900, 1),))

    effected = discount(add(1, SHIPPING_ID), basket=basket, articles=(shipping,))

    new = after(effected).lines[1]
    assert (new.product_id, new.source_id) == (SHIPPING_ID, "5h1pp1ng")
    assert (new.quantity, new.initial_quantity, new.discount_quantity) == (1, 0, 1)
    assert (new.amount, new.initial_amount, new.discount_amount, new.subtotal_amount) == (None, None, 0, None)
    assert effected.applied


def test_shipping_that_the_shop_charges_becomes_free() -> None:
    shipping = Article(id=SHIPPING_ID, product_id=SHIPPING_ID, product_source_id="5h1pp1ng")
    basket = Basket(lines=(line("shirt", 2900, 1), Line(price=499, product_source_id="5h1pp1ng")))

    order = after(discount(add(1, SHIPPING_ID), basket=basket, articles=(shipping,)))

    assert len(order.lines) == 2
    assert (order.lines[1].discount_amount, order.total_amount) == (499, 2900)


def test_a_product_means_its_variants_too() -> None:
    basket = Basket(lines=(line("shirt", 3100, 2, sku_id="sku_red"),))

    order = after(discount(add(1), basket=basket, articles=(SHIRT,)))

    assert len(order.lines) == 1
    assert (order.lines[0].discount_amount, order.lines[0].quantity) == (3100, 2)


def test_several_lines_of_the_article_are_used_up_one_after_the_other() -> None:
    basket = Basket(lines=(line("shirt", 2900, 1), line("mug", 500, 1), line("shirt", 2900, 1)))

    order = after(discount(add(3), basket=basket, articles=(SHIRT,)))

    assert [(one.quantity, one.discount_amount) for one in order.lines] == [(2, 5800), (1, 0), (1, 2900)]
    assert order.total_amount == 500
