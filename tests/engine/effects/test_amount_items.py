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
    product,
    taken,
)

OFF = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 1000}


@pytest.mark.parametrize(
    ("options", "narrowing", "expected"),
    [
        ({}, {}, [1000, 1000, 1000, 0]),
        ({"aggregated_amount_limit": 2500}, {}, [1000, 1000, 500, 0]),
        ({"amount_limit": 300}, {}, [300, 300, 300, 0]),
        ({"amount_off": 5000}, {}, [2000, 4500, 5000, 0]),
        ({}, {"amount_limit": 400}, [400, 400, 400, 0]),
        ({}, {"aggregated_amount_limit": 1500}, [1000, 500, 0, 0]),
        # Limits on units concern effects per unit only.
        ({}, {"quantity_limit": 1, "aggregated_quantity_limit": 1}, [1000, 1000, 1000, 0]),
        ({"amount_off": 5000}, {"target": Target.UNIT, "repeat": 3}, [1000, 1500, 2000, 0]),
        ({"amount_off_formula": "ORDER_ITEM_PRICE * 0.01 + 1"}, {}, [110, 115, 120, 0]),
        ({}, {"pick": Pick.CHEAPEST}, [1000, 0, 0, 0]),
        ({}, {"pick": Pick.MOST_EXPENSIVE}, [0, 0, 1000, 0]),
        ({}, {"pick": Pick.MOST_EXPENSIVE, "skip_initially": 1}, [0, 1000, 0, 0]),
        ({}, {"pick": Pick.FROM_CHEAPEST, "skip_initially": 1}, [0, 1000, 1000, 0]),
        ({}, {"skip_initially": 5}, [0, 0, 0, 0]),
    ],
)
def test_takes_the_sum_off_every_line(
    options: dict[str, Any], narrowing: dict[str, Any], expected: list[int]
) -> None:
    assert taken(discount({**OFF, **options}, targets=only(entry(**narrowing)))) == expected


def test_every_second_line_from_the_most_expensive() -> None:
    cart = Basket(
        lines=(
            line("shirt", 2000, 3, "pc_adv"),
            line("poster", 1500, 5, "pc_adv"),
            line("mug", 1000, 2, "pc_adv"),
            line("socks", 500, 4, "pc_adv"),
            line("bottle", 2500, 2),
        )
    )
    narrowing = {"pick": Pick.FROM_MOST_EXPENSIVE, "skip_initially": 1, "repeat": 2}

    effected = discount({**OFF, "amount_off": 500}, basket=cart, targets=only(entry(**narrowing)))

    assert taken(effected) == [0, 500, 0, 500, 0]
    assert after(effected).total_amount == 22500 - 1000


def test_a_line_worth_less_loses_what_it_is_worth() -> None:
    basket = Basket(lines=(line("coat", 2000, 1), line("cap", 700, 1)))

    assert taken(discount(OFF, basket=basket, targets=EVERYTHING)) == [1000, 700]


def test_earlier_discounts_lower_what_a_line_can_lose() -> None:
    lines = (line("cap", 1500, 1, discount_amount=800),)

    assert taken(discount(OFF, basket=Basket(lines=lines), targets=EVERYTHING, mode=INITIAL)) == [700]


def test_lines_lose_in_their_order_when_an_order_discount_has_eaten_the_money() -> None:
    basket = Basket(lines=(line("a", 1000, 1), line("b", 1000, 1)), discount_amount=1500)

    assert taken(discount({**OFF, "amount_off": 400}, basket=basket, targets=EVERYTHING)) == [400, 100]


def test_the_picks_decide_who_loses_first() -> None:
    lines = (line("a", 1000, 1, "pc_adv"), line("b", 1200, 1, "pc_adv"))
    dear_first = only(entry(pick=Pick.FROM_MOST_EXPENSIVE))

    effected = discount(
        {**OFF, "amount_off": 400}, basket=Basket(lines=lines, discount_amount=1700), targets=dear_first
    )

    assert taken(effected) == [100, 400]


@pytest.mark.parametrize(
    ("mice", "expected"),
    [((3,), [4000]), ((1, 1, 1), [4000, 4000, 4000])],
)
def test_bundles_multiply_the_sum(mice: tuple[int, ...], expected: list[int]) -> None:
    bought = (
        line("laptop", 100_000, 2),
        line("bag", 9000, 2),
        *(line("mouse", 5000, many) for many in mice),
    )
    bundle = Bundle(components=(Component(item=product("laptop")), Component(item=product("bag"))), limit=5)

    effected = discount(
        {**OFF, "amount_off": 2000},
        basket=Basket(lines=bought),
        targets=only(entry(product("mouse"))),
        bundle=bundle,
    )

    assert effected.bundle is not None
    assert effected.bundle.quantity == 2
    assert taken(effected)[2:] == expected


def test_a_rule_without_targets_means_no_line() -> None:
    effected = discount(OFF)

    assert taken(effected) == [0, 0, 0, 0]
    assert not effected.applied


def test_lines_without_a_price_are_passed_over() -> None:
    basket = Basket(lines=(line("gift", None, 1), line("cap", 700, 1)))

    order = after(discount(OFF, basket=basket, targets=EVERYTHING))

    assert [one.applied_discount_amount for one in order.lines] == [0, 700]
    assert order.lines[0].subtotal_amount is None


def test_the_step_shows_what_it_took_and_the_next_one_does_not() -> None:
    step = {"wire": OFF, "targets": only()}
    first, second = in_turn(CART, step, {"wire": {"type": "AMOUNT", "amount_off": 100}})[1:]

    assert (first.items_applied_discount_amount, first.total_amount) == (3000, 14500)
    assert (second.items_discount_amount, second.items_applied_discount_amount) == (3000, 0)
    assert [one.applied_discount_amount for one in second.lines] == [0, 0, 0, 0]
    assert second.total_amount == 14400
