"""What is cut where a budget has too little left: the last lines, whole units, credits. Contract: 5.5."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import (
    Basket,
    Credits,
    rules,
)
from tests.engine import strategies
from tests.engine.drawing import LINES, M, budget, on, on_lines, taken
from tests.engine.test_counting import applied, decide


def test_the_last_lines_lose() -> None:
    percent = {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 50}
    all_lines = rules.parse({"applicable_to": {"included_all": True}})

    outcome = decide(
        on("A", percent, budget(400, gives=True), rules=(all_lines,)), basket=Basket(lines=LINES)
    )

    assert on_lines(outcome) == [300, 100, 0]
    assert outcome.order is not None
    assert outcome.order.total_applied_discount_amount == 400


def test_shares_are_cut_after_the_split() -> None:
    split = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_PROPORTIONALLY", "amount_off": 900}
    all_lines = rules.parse({"applicable_to": {"included_all": True}})

    whole = decide(on("A", split, rules=(all_lines,)), basket=Basket(lines=LINES))
    cut = decide(on("A", split, budget(500, gives=True), rules=(all_lines,)), basket=Basket(lines=LINES))

    assert on_lines(whole) == [300, 250, 350]
    assert on_lines(cut) == [300, 200, 0]


NEW = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 3, "unit_type": "prod_new"}


@pytest.mark.parametrize(
    ("left", "units"), [(1350, 3), (1349, 2), (900, 2), (450, 1), (449, None), (0, None)]
)
def test_added_units_are_cut_to_whole_ones(left: int, units: int | None) -> None:
    """Units of 4.50."""
    candidate = on("A", NEW, budget(left, gives=True))

    outcome = decide(candidate, basket=Basket(lines=LINES), articles=strategies.ARTICLES)

    if units is None:
        assert outcome.steps[0].reason is not None
        assert outcome.steps[0].reason.key == "budget_exceeded"
        return
    assert taken(outcome) == [450 * units]
    assert outcome.order is not None
    assert [line.discount_quantity for line in outcome.order.lines] == [0, 0, 0, units]
    assert bool(outcome.steps[0].cut) is (units < 3)


def test_missing_units_are_cut_from_the_last_ones() -> None:
    """Two are in the order, at 3.00, one would be added at 7.00, the price of the article."""
    missing = {"type": "UNIT", "effect": "ADD_MISSING_ITEMS", "unit_off": 3, "unit_type": "prod_a"}

    def given(left: int) -> list[int]:
        outcome = decide(
            on("A", missing, budget(left, gives=True)),
            basket=Basket(lines=LINES),
            articles=strategies.ARTICLES,
        )
        assert outcome.order is not None
        return [outcome.order.lines[0].discount_quantity, taken(outcome)[0]]

    assert given(900) == [3, 900]
    assert given(899) == [2, 600]
    assert given(599) == [1, 300]


def test_units_of_a_line_that_is_bought_again() -> None:
    same = {"type": "UNIT", "effect": "ADD_SAME_ITEMS", "unit_off": 2}
    all_lines = rules.parse({"applicable_to": {"included_all": True}})

    outcome = decide(on("A", same, budget(1700, gives=True), rules=(all_lines,)), basket=Basket(lines=LINES))

    assert outcome.order is not None
    assert [line.applied_discount_quantity for line in outcome.order.lines] == [2, 2, 0]
    assert taken(outcome) == [1600]


def test_replaced_units_are_cut_to_whole_ones() -> None:
    swap = {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": 1, "unit_type": "prod_new"}
    only_a = rules.parse({"applicable_to": {"included": [{"object": "product", "id": "prod_a"}]}})

    outcome = decide(
        on("A", swap, budget(299, gives=True), rules=(only_a,)),
        basket=Basket(lines=LINES),
        articles=strategies.ARTICLES,
    )

    assert taken(outcome) == [150]
    assert outcome.order is not None
    assert [line.quantity for line in outcome.order.lines] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("left", "lines", "units"),
    [(4, [20, 10, 10], [2, 1, 1]), (3, [20, 10, 0], [2, 1]), (1, [10, 0, 0], [1])],
)
def test_discounted_units(left: int, lines: list[int], units: list[int]) -> None:
    per_unit = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 10}
    all_lines = rules.parse({"applicable_to": {"included_all": True}})

    outcome = decide(
        on("A", per_unit, budget(9, 9 - left, M.UNITS, gives=True), rules=(all_lines,)),
        basket=Basket(lines=LINES),
    )

    assert on_lines(outcome) == lines
    assert [one.units for one in outcome.steps[0].units] == units
    assert [(one.wanted, one.given) for one in outcome.steps[0].cut] == ([] if left == 4 else [(4, left)])


def test_units_for_which_nothing_is_taken_off_do_not_count() -> None:
    per_unit = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 10}
    all_lines = rules.parse({"applicable_to": {"included_all": True}})
    basket = Basket(lines=(replace(LINES[0], discount_amount=600), *LINES[1:]))

    outcome = decide(on("A", per_unit, budget(2, 0, M.UNITS, gives=True), rules=(all_lines,)), basket=basket)

    assert on_lines(outcome) == [0, 10, 10]
    assert outcome.steps[0].cut == ()


def test_a_sum_off_a_line_with_fewer_units_is_at_most_what_they_cost() -> None:
    per_line = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 450}
    all_lines = rules.parse({"applicable_to": {"included_all": True}})

    outcome = decide(
        on("A", per_line, budget(1, 0, M.UNITS, gives=True), rules=(all_lines,)), basket=Basket(lines=LINES)
    )

    assert on_lines(outcome) == [300, 0, 0]


def test_a_share_of_a_line_with_fewer_units_is_at_most_what_they_cost() -> None:
    split = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_PROPORTIONALLY", "amount_off": 1800}
    all_lines = rules.parse({"applicable_to": {"included_all": True}})

    outcome = decide(
        on("A", split, budget(1, 0, M.UNITS, gives=True), rules=(all_lines,)), basket=Basket(lines=LINES)
    )

    assert on_lines(outcome) == [300, 0, 0]


def test_free_units_count_once() -> None:
    same = {"type": "UNIT", "effect": "ADD_SAME_ITEMS", "unit_off": 2}
    all_lines = rules.parse({"applicable_to": {"included_all": True}})

    def given(limit: int, *, gives: bool) -> list[int]:
        outcome = decide(
            on("A", same, budget(limit, 0, M.UNITS, gives=gives), rules=(all_lines,)),
            basket=Basket(lines=LINES),
        )
        return [] if outcome.order is None else [x.applied_discount_quantity for x in outcome.order.lines]

    assert given(6, gives=False) == [2, 2, 2]
    assert given(5, gives=False) == []
    assert given(5, gives=True) == [2, 2, 1]


@pytest.mark.parametrize("basket", [Basket(amount=10_000), None])
def test_a_gift_card_pays_what_is_left(basket: Basket | None) -> None:
    card = on(
        "A",
        {"type": "GIFT"},
        budget(900, 400, M.GIFT_CREDITS, gives=True),
        budget(0, 0, id="bud_discounts"),
        credits=Credits(balance=2000, requested=700),
    )

    outcome = decide(card, basket=basket)

    assert outcome.steps[0].credits_taken == 500
    assert outcome.steps[0].cut[0].wanted == 700
    assert outcome.order is None or outcome.order.total_amount == 9500


def test_a_discount_takes_nothing_from_a_budget_of_credits() -> None:
    assert taken(decide(on("A", 500, budget(0, 0, M.GIFT_CREDITS)))) == [500]


def test_a_gift_card_on_items_is_cut_too() -> None:
    all_lines = rules.parse({"applicable_to": {"included_all": True}})
    card = on(
        "A",
        {"type": "GIFT", "effect": "APPLY_TO_ITEMS"},
        budget(800, 0, M.GIFT_CREDITS, gives=True),
        rules=(all_lines,),
        credits=Credits(balance=2000),
    )

    outcome = decide(card, basket=Basket(lines=LINES))

    assert on_lines(outcome) == [600, 200, 0]
    assert outcome.steps[0].credits_taken == 800


def test_points_are_rounded_to_what_they_are_worth() -> None:
    """3 points at 1.4 are worth 4.2: four minor units."""
    wire = {"type": "POINTS", "exchange_ratio": "1.4", "points_ratio": 100}
    card = on("A", wire, budget(4, gives=True), credits=Credits(balance=500, requested=200))

    outcome = decide(card)

    assert taken(outcome) == [4]
    assert outcome.steps[0].credits_taken == 3


@pytest.mark.parametrize(("left", "points", "off"), [(4000, 200, 4000), (3990, 199, 3980), (9, 0, None)])
def test_points_are_not_paid_for_what_is_not_given(left: int, points: int, off: int | None) -> None:
    """20.00 for 100 points: 20 minor units each."""
    wire = {"type": "POINTS", "exchange_ratio": 20, "points_ratio": 100}
    card = on("A", wire, budget(left, gives=True), credits=Credits(balance=500, requested=200))

    outcome = decide(card)

    if off is None:
        assert applied(outcome) == []
        return
    assert taken(outcome) == [off]
    assert outcome.steps[0].credits_taken == points
