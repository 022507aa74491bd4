"""The bound of the search is never too low: not for one candidate at its turn, not for a whole set."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from engine import Basket, Candidate, Line, Outcome, Snapshot, Strategy, effects, evaluate, rules, stacking
from engine.bounds import UNBOUNDED, Bound, Worth, suffixes, worths
from engine.pipeline import Run
from engine.stacking_rules import CalculationMode, ProductsMode, StackingRules
from tests.engine import strategies
from tests.engine.best_sets import best_score, score
from tests.nightly import times

NOW = datetime(2026, 11, 25, tzinfo=UTC)
LINES = (Line(product_id="prod_a", price=10_000), Line(product_id="prod_b", price=1000))
BOTH = [{"object": "product", "id": "prod_a"}, {"object": "product", "id": "prod_b"}]


def candidate(key: str, wire: dict[str, Any], **rule: Any) -> Candidate:
    return Candidate(key=key, discount=effects.parse(wire), rules=(rules.parse(rule),) if rule else ())


def snapshot(*candidates: Candidate, **facts: Any) -> Snapshot:
    facts.setdefault("basket", Basket(lines=LINES))
    return Snapshot(
        now=NOW,
        candidates=candidates,
        articles=strategies.ARTICLES,
        strategy=Strategy.BEST_FOR_CUSTOMER,
        **facts,
    )


def worth(one: Snapshot, key: str) -> Worth:
    opening = Run.open(one)
    return dict(zip([x.key for x in one.candidates], worths(opening, one.candidates), strict=True))[key]


@settings(max_examples=times(day=75, night=150))
@given(strategies.of(strategies.candidate_lists(5), basket=strategies.baskets))
def test_no_pass_saves_more_than_the_bound(one: Snapshot) -> None:
    sequence = stacking.in_application_order(one.candidates, one.stacking_rules)
    opening = Run.open(one)
    found = worths(opening, sequence)
    bounds = suffixes(sequence, found, lambda candidate: True)
    run = opening.copy()
    seen = []

    for place, candidate in enumerate(sequence):
        seen.append((run.copy(), place))
        run.has_failed = False
        run.take(candidate)

    for before, place in seen:
        assert run.saved <= bounds[place].over(before, len(sequence) - place)
        limit = one.stacking_rules.applicable_redeemables_limit
        assert run.saved <= bounds[place].over(before, limit)


def best(one: Snapshot) -> Outcome:
    outcome = evaluate(one)
    assert outcome.gap == 0
    assert score(outcome) == best_score(one)
    return outcome


def test_a_split_sum_under_limits_may_give_more_later() -> None:
    """9000 off the first line leaves even shares, which the limit per line no longer cuts."""
    first = candidate(
        "first",
        {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 9000},
        applicable_to={"included": BOTH[:1]},
    )
    split = candidate(
        "split",
        {
            "type": "AMOUNT",
            "effect": "APPLY_TO_ITEMS_PROPORTIONALLY",
            "amount_off": 1000,
            "amount_limit": 500,
        },
        applicable_to={"included": BOTH},
    )

    one = snapshot(first, split)

    assert best(one).order.total_applied_discount_amount == 10_000  # type: ignore[union-attr]
    assert worth(one, "split").most == UNBOUNDED


def test_added_units_may_complete_a_bundle() -> None:
    part = {"name": "order.items.any", "conditions": {"$is": [BOTH[1]]}}
    bundle = {"limit": 3, "1": part}
    gift = candidate(
        "gift", {"type": "UNIT", "unit_off": 2, "unit_type": "prod_b", "effect": "ADD_NEW_ITEMS"}
    )
    sums = candidate("sum", {"type": "AMOUNT", "amount_off": 500}, bundle_rules=bundle)

    one = snapshot(gift, sums)

    assert best(one).order.discount_amount == 1500  # type: ignore[union-attr]
    assert worth(one, "sum").most == UNBOUNDED
    assert worth(snapshot(sums), "sum").most == 500


def test_a_formula_of_an_entry_may_say_more_later() -> None:
    entry = {**BOTH[0], "price_formula": "ORDER_ITEM_SUBTOTAL / 2"}
    fixed = candidate(
        "fixed",
        {"type": "FIXED", "effect": "APPLY_TO_ITEMS", "fixed_amount": 0},
        applicable_to={"included": [entry]},
    )

    assert worth(snapshot(fixed), "fixed").most == UNBOUNDED


@pytest.mark.parametrize(
    ("entry", "mode", "most"),
    [
        ({}, ProductsMode.STACK, 5500),
        ({}, ProductsMode.ONCE, 5500),
        ({"effect": "APPLY_TO_CHEAPEST"}, ProductsMode.STACK, 500),
        ({"effect": "APPLY_TO_CHEAPEST"}, ProductsMode.ONCE, UNBOUNDED),
        ({"aggregated_quantity_limit": 1}, ProductsMode.ONCE, UNBOUNDED),
        ({"skip_initially": 1}, ProductsMode.ONCE, UNBOUNDED),
        ({"quantity_limit": 1}, ProductsMode.ONCE, 5500),
    ],
)
def test_barred_lines_may_let_others_in(entry: dict[str, Any], mode: ProductsMode, most: int) -> None:
    half = candidate(
        "half",
        {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 50},
        applicable_to={
            "included": [{"object": "products_collection", "id": "pc_x", **entry}],
        },
    )
    lines = tuple(Line(product_id=line.product_id, price=line.price, collections=("pc_x",)) for line in LINES)
    stacking_rules = StackingRules(redeemables_products_application_mode=mode)

    one = snapshot(half, basket=Basket(lines=lines), stacking_rules=stacking_rules)

    assert worth(one, "half") == Worth(most=most)


@pytest.mark.parametrize(
    ("wire", "mode", "expected"),
    [
        ({"percent_off": "12.5"}, CalculationMode.DISCOUNTED_AMOUNT, Worth(kept=87_500_000)),
        ({"percent_off": "12.5"}, CalculationMode.INITIAL_AMOUNT, Worth(most=1375)),
        ({"percent_off": 10, "amount_limit": 300}, CalculationMode.DISCOUNTED_AMOUNT, Worth(most=300)),
        (
            {"percent_off": 10, "percent_off_formula": "ORDER_AMOUNT"},
            CalculationMode.DISCOUNTED_AMOUNT,
            Worth(most=UNBOUNDED),
        ),
    ],
)
def test_a_percentage_is_a_share_of_the_rest_or_a_sum(
    wire: dict[str, Any], mode: CalculationMode, expected: Worth
) -> None:
    one = candidate("p", {"type": "PERCENT", "effect": "APPLY_TO_ORDER", **wire})

    assert worth(snapshot(one, stacking_rules=StackingRules(discount_calculation_mode=mode)), "p") == expected


def test_what_is_refused_for_good_is_worth_nothing() -> None:
    wire = {"type": "PERCENT", "percent_off": 10}
    segment = {"name": "customer.segment", "conditions": {"$is": ["vip"]}}
    bought = {"name": "order.items.any", "conditions": {"$is": [{"object": "product", "id": "prod_z"}]}}
    below = {"name": "order.amount", "conditions": {"$less_than": [9000]}}
    one = snapshot(
        candidate("segment", wire, rules={"1": segment}),
        candidate("bought", wire, rules={"1": bought}),
        candidate("below", wire, rules={"1": below}),
        Candidate(key="off", discount=effects.parse(wire), is_active=False),
    )

    assert [worth(one, key) == Worth() for key in ("segment", "bought", "below", "off")] == [
        True,
        True,
        False,
        True,
    ]


def test_units_are_worth_their_number_times_the_highest_price() -> None:
    wire = {"type": "UNIT", "unit_off": 2, "unit_type": "prod_b", "effect": "ADD_NEW_ITEMS"}
    found = worth(snapshot(candidate("gift", wire)), "gift")

    assert (found.most, found.free.units, found.free.value) == (0, 2, 20_000)
    assert (
        worth(snapshot(candidate("gift", {**wire, "effect": "ADD_MISSING_ITEMS"})), "gift").most == UNBOUNDED
    )
    formula = candidate("gift", {**wire, "unit_off_formula": "ORDER_UNITS_QUANTITY"})
    assert worth(snapshot(formula), "gift").free.units == UNBOUNDED


def test_shares_come_before_sums_and_only_as_many_as_there_is_room_for() -> None:
    bound = Bound.of(
        [Worth(kept=50_000_000), Worth(kept=90_000_000), Worth(most=300), Worth(most=200), Worth()]
    )
    run = Run.open(snapshot(basket=Basket(amount=1000)))

    assert [bound.over(run, room)[0] for room in range(5)] == [0, 501, 801, 1000, 1000]
    assert Bound.of([]).over(run, 5) == (0, 0)


def test_free_units_come_once_for_every_bundle_there_may_be() -> None:
    wire = {"type": "UNIT", "unit_off": 2, "unit_type": "prod_b", "effect": "ADD_NEW_ITEMS"}
    part = {"name": "order.items.any", "conditions": {"$is": [BOTH[1]]}}
    gift = candidate("gift", wire, bundle_rules={"limit": 3, "1": part})

    assert worth(snapshot(gift), "gift").free.units == 6
