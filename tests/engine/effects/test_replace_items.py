from __future__ import annotations

from typing import Any

import pytest

from engine.applicability import Pick, Target
from engine.basket import Basket, since
from engine.bundles import Bundle, Component
from tests.engine.effects.shop import (
    EVERYTHING,
    after,
    article,
    discount,
    entry,
    in_turn,
    line,
    only,
    product,
)


def replace_by(name: str, units: int = 1) -> dict[str, Any]:
    return {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": units, "unit_type": f"prod_{name}"}


def one_of(name: str) -> Any:
    return only(entry(product(name), target=Target.UNIT, pick=Pick.CHEAPEST))


ARTICLES = (article("better", 2500), article("mug", 1000))


@pytest.mark.parametrize(
    ("bought", "wire", "amounts", "taken", "total"),
    [
        (line("shirt", 2000, 3), replace_by("better"), (4000, 2500), 500, 6000),
        (line("bottle", 2500, 3), replace_by("mug"), (5000, 1000), 0, 6000),
        (line("bottle", 2500, 3), replace_by("mug", 3), (5000, 3000), 500, 7500),
    ],
)
def test_the_customer_never_pays_more(
    bought: Any, wire: dict[str, Any], amounts: tuple[int, int], taken: int, total: int
) -> None:
    basket = Basket(lines=(bought,))

    effected = discount(wire, basket=basket, targets=one_of(bought.name), articles=ARTICLES)

    order = after(effected)
    assert tuple(one.amount for one in order.lines) == amounts
    assert (order.amount, order.initial_amount) == (sum(amounts), basket.value)
    assert (order.items_applied_discount_amount, order.total_amount) == (taken, total)
    assert effected.applied


def test_both_lines_tell_what_was_replaced() -> None:
    basket = Basket(lines=(line("bottle", 2500, 3),))

    source, target = after(
        discount(replace_by("mug", 3), basket=basket, targets=one_of("bottle"), articles=ARTICLES)
    ).lines

    (detail,) = source.application_details
    assert target.application_details == (detail,)
    assert detail.to_json() == {
        "source_index": 0,
        "source_applied_quantity": -1,
        "source_applied_quantity_amount": -2500,
        "target_index": 1,
        "target_applied_quantity": 3,
        "target_applied_quantity_amount": 3000,
        "target_applied_discount_amount": 500,
    }
    assert (source.quantity, source.initial_quantity, source.applied_quantity) == (2, 3, -1)
    assert (source.applied_quantity_amount, source.subtotal_amount) == (-2500, 5000)
    assert (target.quantity, target.initial_quantity, target.applied_quantity_amount) == (3, 0, 3000)


def test_the_whole_line_may_go_and_the_new_units_join_theirs() -> None:
    basket = Basket(lines=(line("bottle", 2500, 2), line("mug", 1000, 1)))

    order = after(discount(replace_by("mug"), basket=basket, targets=EVERYTHING, articles=ARTICLES))

    assert [(one.quantity, one.amount) for one in order.lines] == [(0, 0), (3, 3000)]
    assert order.total_amount == 3000


def test_limits_count_replaced_units_and_bundles_multiply_them() -> None:
    basket = Basket(lines=(line("bottle", 2500, 5),))
    targets = only(entry(product("bottle"), quantity_limit=1))
    bundle = Bundle(components=(Component(item=product("bottle"), quantity=2),), limit=5)

    once = discount(replace_by("better"), basket=basket, targets=targets, articles=ARTICLES)
    twice = discount(replace_by("better"), basket=basket, targets=targets, articles=ARTICLES, bundle=bundle)

    assert [one.quantity for one in after(once).lines] == [4, 1]
    assert [one.quantity for one in after(twice).lines] == [3, 2]
    assert [one.units for one in twice.units] == [2]


def test_free_and_paid_off_units_stay() -> None:
    basket = Basket(lines=(line("bottle", 2500, 3, discount_amount=6000, discount_quantity=1),))

    order = after(discount(replace_by("better", 9), basket=basket, targets=EVERYTHING, articles=ARTICLES))

    # Only 1500 of the line is still to pay: less than a bottle.
    assert [one.quantity for one in order.lines] == [3]


def test_an_order_that_is_paid_off_keeps_its_units() -> None:
    basket = Basket(lines=(line("bottle", 2500, 1),), discount_amount=2000)

    order = after(discount(replace_by("mug"), basket=basket, targets=EVERYTHING, articles=ARTICLES))

    assert ([one.quantity for one in order.lines], order.total_amount) == ([1], 500)


def test_the_whole_request_shows_what_moved() -> None:
    basket = Basket(lines=(line("bottle", 2500, 3),))
    step = {"wire": replace_by("mug", 3), "targets": one_of("bottle"), "articles": ARTICLES}

    opening, _, second = in_turn(basket, step, step)

    whole = since(opening, second)
    assert [one.applied_quantity for one in whole.lines] == [-2, 6]
    assert [one.applied_quantity_amount for one in whole.lines] == [-5000, 6000]
    assert [len(one.application_details) for one in whole.lines] == [2, 2]
    assert whole.items_applied_discount_amount == 1000
