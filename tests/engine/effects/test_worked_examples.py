"""The contract's examples of several discounts after each other: 4.4, 5.11, 6.7."""

from __future__ import annotations

import pytest

from engine.basket import Basket, since
from engine.effect_run import run
from engine.snapshot import Credits
from engine.stacking_rules import CalculationMode
from tests.engine.effects.shop import (
    DISCOUNTED,
    EVERYTHING,
    INITIAL,
    after,
    entry,
    in_turn,
    line,
    only,
    product,
    situation,
)

BOUGHT = Basket(lines=(line("mug", 1000, 3), line("shirt", 2000, 3), line("bottle", 2500, 2)))


def test_bookkeeping_of_two_discounts() -> None:
    targets = only(entry(product("mug")), entry(product("shirt")))
    off_lines = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 2000}

    opening, first, second = in_turn(
        BOUGHT, {"wire": off_lines, "targets": targets}, {"wire": {"type": "AMOUNT", "amount_off": 2500}}
    )
    whole = since(opening, second)

    figures = [
        (
            order.amount,
            order.items_discount_amount,
            order.items_applied_discount_amount,
            order.discount_amount,
            order.applied_discount_amount,
            order.total_discount_amount,
            order.total_applied_discount_amount,
            order.total_amount,
        )
        for order in (first, second, whole)
    ]
    assert figures == [
        (14000, 4000, 4000, 0, 0, 4000, 4000, 10000),
        (14000, 4000, 0, 2500, 2500, 6500, 2500, 7500),
        (14000, 4000, 4000, 2500, 2500, 6500, 6500, 7500),
    ]
    assert [(one.discount_amount, one.subtotal_amount) for one in whole.lines] == [
        (2000, 1000),
        (2000, 4000),
        (0, 5000),
    ]


def test_gift_then_percentage_then_sum() -> None:
    steps = (
        {"wire": {"type": "GIFT"}, "credits": Credits(balance=100)},
        {"wire": {"type": "PERCENT", "percent_off": 20}},
        {"wire": {"type": "AMOUNT", "amount_off": 8000}},
    )

    opening, *orders = in_turn(Basket(amount=200_000), *steps)

    assert [order.total_amount for order in orders] == [199_900, 159_920, 151_920]
    assert since(opening, orders[-1]).discount_amount == 48_080


def test_items_then_gift_then_percentage_then_sum() -> None:
    steps = (
        {"wire": {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 1000}, "targets": EVERYTHING},
        {"wire": {"type": "GIFT"}, "credits": Credits(balance=100)},
        {"wire": {"type": "PERCENT", "percent_off": 40}},
        {"wire": {"type": "AMOUNT", "amount_off": 30}},
    )

    orders = in_turn(Basket(lines=(line("coat", 2000, 1), line("cap", 700, 1))), *steps)

    assert [order.total_amount for order in orders] == [2700, 1000, 900, 540, 510]
    assert [one.discount_amount for one in orders[-1].lines] == [1000, 700]


@pytest.mark.parametrize(("mode", "taken"), [(DISCOUNTED, [1000, 1800]), (INITIAL, [1000, 2000])])
def test_ten_then_twenty_percent(mode: CalculationMode, taken: list[int]) -> None:
    basket = Basket(amount=10_000)
    order, found = None, []
    for percent in (10, 20):
        step = situation({"type": "PERCENT", "percent_off": percent}, basket=basket, before=order)
        order = after(run(step, mode=mode))
        found.append(order.applied_discount_amount)

    assert found == taken


def test_the_order_of_two_percentages_does_not_matter_to_the_total() -> None:
    one, two = ({"wire": {"type": "PERCENT", "percent_off": percent}} for percent in (10, 20))

    assert in_turn(Basket(amount=10_500), two, one)[-1].total_amount == 7560
    assert in_turn(Basket(amount=10_500), one, two)[-1].total_amount == 7560
