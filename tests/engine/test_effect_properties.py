"""What holds for every effect on every order: sums, bounds, cost."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.applicability import Applicability, Entry, Pick, Target
from engine.basket import Basket, Line, OrderState, open_order, since
from engine.bundles import Bundle, Component
from engine.effect_run import run, worth
from engine.situation import Situation
from engine.snapshot import Credits
from engine.stacking_rules import CalculationMode
from tests.engine.effects.shop import (
    ADV,
    CART,
    DISCOUNTED,
    EVERYTHING,
    after,
    article,
    discount,
    entry,
    line,
    product,
    situation,
)
from tests.nightly import times

ARTICLES = (article("a", 700), article("b", 1900), article("new", 450), article("free", None))
LIMIT = st.none() | st.integers(0, 4000)
FEW = st.none() | st.integers(0, 6)
entries = st.builds(
    Entry,
    item=st.sampled_from([ADV, product("a"), product("b")]),
    pick=st.sampled_from(Pick),
    target=st.sampled_from(Target),
    skip_initially=st.integers(0, 3),
    repeat=st.integers(1, 3),
    price=LIMIT,
    amount_limit=LIMIT,
    aggregated_amount_limit=LIMIT,
    quantity_limit=FEW,
    aggregated_quantity_limit=FEW,
)
targets = st.builds(
    Applicability,
    included=st.lists(entries, max_size=3).map(tuple),
    excluded=st.just(()) | entries.map(lambda one: (one,)),
    included_all=st.booleans(),
)
lines = st.builds(
    Line,
    product_id=st.sampled_from(["prod_a", "prod_b", "prod_c"]),
    price=st.none() | st.integers(0, 3000),
    amount=st.none() | st.none() | st.integers(0, 9000),
    quantity=st.integers(0, 9),
    discount_amount=st.just(0) | st.integers(0, 3000),
    discount_quantity=st.integers(0, 3),
    collections=st.sampled_from([(), ("pc_adv",)]),
)
baskets = st.builds(
    Basket,
    amount=st.none() | st.none() | st.integers(0, 20_000),
    lines=st.lists(lines, min_size=1, max_size=5).map(tuple),
    discount_amount=st.just(0) | st.integers(0, 5000),
)
AMOUNT_EFFECTS = [
    "APPLY_TO_ORDER",
    "APPLY_TO_ITEMS",
    "APPLY_TO_ITEMS_BY_QUANTITY",
    "APPLY_TO_ITEMS_PROPORTIONALLY",
    "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
]
ORDER_OR_ITEMS = st.sampled_from(["APPLY_TO_ORDER", "APPLY_TO_ITEMS"])
UNITS = st.integers(1, 4)
NAMES = st.sampled_from(["prod_a", "prod_b", "prod_new", "prod_free"])


def wire(**values: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            name: value if isinstance(value, st.SearchStrategy) else st.just(value)
            for name, value in values.items()
        }
    )


wires = st.one_of(
    wire(
        type="AMOUNT",
        effect=st.sampled_from(AMOUNT_EFFECTS),
        amount_off=st.integers(0, 9000),
        amount_limit=LIMIT,
        aggregated_amount_limit=LIMIT,
    ),
    wire(
        type="PERCENT",
        effect=ORDER_OR_ITEMS,
        percent_off=st.decimals(0, 100, places=2).map(lambda percent: Decimal(str(percent))),
        amount_limit=LIMIT,
        aggregated_amount_limit=LIMIT,
    ),
    wire(type="FIXED", effect=ORDER_OR_ITEMS, fixed_amount=st.integers(0, 9000)),
    wire(
        type="UNIT",
        effect=st.sampled_from(["ADD_NEW_ITEMS", "ADD_MISSING_ITEMS", "ADD_SAME_ITEMS", "REPLACE_ITEMS"]),
        unit_off=UNITS,
        unit_type=NAMES,
    ),
    wire(type="UNIT", units=st.lists(wire(unit_off=UNITS, unit_type=NAMES), min_size=1, max_size=3)),
    wire(type="GIFT", effect=ORDER_OR_ITEMS),
    wire(type="POINTS", exchange_ratio=st.integers(1, 20), points_ratio=st.integers(1, 100)),
)
steps = st.lists(st.tuples(wires, targets, st.sampled_from(CalculationMode)), min_size=1, max_size=4)


def assert_sound(order: OrderState) -> None:
    """The parts add up, and nothing is discounted by more than it costs."""
    amount = order.amount or 0
    assert order.items_discount_amount == sum(one.discount_amount for one in order.lines)
    assert order.items_applied_discount_amount == sum(one.applied_discount_amount for one in order.lines)
    assert order.total_discount_amount == order.discount_amount + order.items_discount_amount
    assert 0 <= order.applied_discount_amount <= order.discount_amount
    assert 0 <= order.total_discount_amount <= amount
    assert (order.total_amount or 0) == amount - order.total_discount_amount
    for one in order.lines:
        assert 0 <= one.applied_discount_amount <= one.discount_amount <= (one.amount or 0)
        assert one.subtotal_amount == (None if one.amount is None else one.amount - one.discount_amount)
        assert 0 <= one.discount_quantity <= one.quantity
        assert one.applied_discount_quantity >= 0


def steps_of(
    basket: Basket, chosen: list[tuple[dict[str, Any], Applicability, CalculationMode]]
) -> list[tuple[OrderState, OrderState, Any]]:
    """(before, after, what was done) of every step that was not refused."""
    before, known = open_order(basket), basket.lines
    found = []
    for wanted, narrowed, mode in chosen:
        one = situation(
            wanted,
            basket=basket,
            before=before,
            lines=known,
            targets=narrowed,
            articles=ARTICLES,
            credits=Credits(balance=3000),
        )
        effected = run(one, mode=mode)
        assert worth(one, mode=mode) == (
            None if effected.order is None else effected.order.total_applied_discount_amount
        )
        if effected.order is not None:
            found.append((before, effected.order, effected))
            before, known = effected.order, known + effected.added
            assert len(known) == len(before.lines)
    return found


@settings(max_examples=times(day=200, night=400))
@given(basket=baskets, chosen=steps)
def test_the_books_stay_sound_after_every_step(
    basket: Basket, chosen: list[tuple[dict[str, Any], Applicability, CalculationMode]]
) -> None:
    opening = open_order(basket)
    last, applied = opening, 0

    for before, order, effected in steps_of(basket, chosen):
        assert_sound(order)
        moved = sum(one.applied_quantity_amount for one in order.lines)
        assert (order.amount or 0) == (before.amount or 0) + moved
        assert (order.total_amount or 0) == (
            before.total_amount or 0
        ) + moved - order.total_applied_discount_amount
        # The customer never pays more than before.
        assert (order.total_amount or 0) <= (before.total_amount or 0)
        for old, new in zip(before.lines, order.lines, strict=False):
            assert new.quantity == old.quantity + new.applied_quantity
            assert new.discount_quantity == old.discount_quantity + new.applied_discount_quantity
            assert new.discount_amount == old.discount_amount + new.applied_discount_amount
            assert (new.initial_quantity, new.initial_amount) == (old.initial_quantity, old.initial_amount)
        if not effected.applied:
            assert order.total_applied_discount_amount == 0
            assert [one.quantity for one in order.lines] == [one.quantity for one in before.lines]
        last, applied = order, applied + order.total_applied_discount_amount

    whole = since(opening, last)
    assert_sound(whole)
    assert whole.total_applied_discount_amount == applied
    assert sum(one.applied_quantity_amount for one in whole.lines) == (last.amount or 0) - (
        opening.amount or 0
    )


@given(basket=baskets, wanted=wires, narrowed=targets)
def test_barred_lines_are_never_discounted(
    basket: Basket, wanted: dict[str, Any], narrowed: Applicability
) -> None:
    one = situation(
        wanted,
        basket=basket,
        targets=narrowed,
        articles=(article("new", 450),),
        credits=Credits(balance=3000),
    )
    barred = frozenset(range(0, len(basket.lines), 2))
    if wanted.get("effect", "").startswith("APPLY_TO_ITEMS"):
        effected = run(one, mode=DISCOUNTED, barred_lines=barred)

        # A line without a price keeps a gift card from paying items: then nothing is discounted.
        lines = () if effected.refusal is not None else after(effected).lines
        assert all(not line.applied_discount_amount for at, line in enumerate(lines) if at in barred)


@given(
    basket=baskets.filter(lambda one: one.amount is None and not one.discount_amount),
    percent=st.integers(0, 100),
    order=st.randoms(use_true_random=False),
    effect=st.sampled_from(["PERCENT", "AMOUNT", "FIXED"]),
)
def test_the_order_of_lines_does_not_matter_to_the_total(
    basket: Basket, percent: int, order: Any, effect: str
) -> None:
    values = {"percent_off": percent, "amount_off": percent * 10, "fixed_amount": percent * 10}
    wanted = {"type": effect, "effect": "APPLY_TO_ITEMS", **values}
    mixed = list(basket.lines)
    order.shuffle(mixed)

    one = discount(wanted, basket=basket, targets=EVERYTHING)
    other = discount(wanted, basket=replace(basket, lines=tuple(mixed)), targets=EVERYTHING)

    assert after(one).total_amount == after(other).total_amount


@given(basket=baskets, sum_off=st.integers(0, 30_000), effect=st.sampled_from(AMOUNT_EFFECTS[3:]))
def test_a_proportional_sum_is_given_whole(basket: Basket, sum_off: int, effect: str) -> None:
    basket = replace(basket, amount=None, discount_amount=0)
    opening = open_order(basket)
    payable = sum(one.subtotal_amount or 0 for one in opening.lines if one.quantity)

    effected = discount(
        {"type": "AMOUNT", "effect": effect, "amount_off": sum_off}, basket=basket, targets=EVERYTHING
    )

    assert after(effected).items_applied_discount_amount == min(sum_off, payable)


def calls(one: Situation) -> int:
    """How many functions, Python's and C's, one effect calls."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    gc.disable()  # hypothesis listens to the collector; its listeners would be counted
    sys.setprofile(note)
    try:
        run(one, mode=DISCOUNTED)
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


COSTLY: list[dict[str, Any]] = [
    *({"type": "AMOUNT", "effect": effect, "amount_off": 1} for effect in AMOUNT_EFFECTS),
    {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 1},
    {"type": "FIXED", "effect": "APPLY_TO_ITEMS", "fixed_amount": 7},
    {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_a"},
    {"type": "UNIT", "effect": "ADD_MISSING_ITEMS", "unit_off": 1, "unit_type": "prod_a"},
    {"type": "UNIT", "effect": "ADD_SAME_ITEMS", "unit_off": 1},
    {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": 1, "unit_type": "prod_new"},
    {"type": "GIFT", "effect": "APPLY_TO_ITEMS"},
]


@pytest.mark.parametrize("target", list(Target))
@pytest.mark.parametrize("wanted", COSTLY, ids=lambda wanted: f"{wanted['type']}-{wanted['effect']}")
def test_quantity_costs_nothing(wanted: dict[str, Any], target: Target) -> None:
    def shop(quantity: int) -> Situation:
        return situation(
            wanted,
            basket=Basket(lines=(line("a", 1000, quantity, "pc_adv"), line("b", 1700, quantity, "pc_adv"))),
            targets=Applicability(included=(entry(target=target, quantity_limit=10**10),)),
            bundle=Bundle(components=(Component(item=product("a")),), limit=1),
            articles=ARTICLES,
            credits=Credits(balance=10**15),
        )

    calls(shop(3))  # fill the caches

    assert calls(shop(10**9)) == calls(shop(10_000)) == calls(shop(3)) > 20


def test_json_round_trip_of_an_order_with_moved_units() -> None:
    wanted = {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": 1, "unit_type": "prod_new"}

    order = after(discount(wanted, basket=CART, targets=EVERYTHING, articles=ARTICLES))

    assert OrderState.from_json(order.to_json()) == order
    assert len(order.lines[4].application_details) == 4
