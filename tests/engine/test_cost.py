"""Work grows with the number of candidates and lines, never with quantities or the age of a start date."""

from __future__ import annotations

import gc
import sys
from datetime import UTC, datetime, time
from typing import Any

import pytest

from engine import (
    Article,
    Basket,
    Budget,
    BudgetMeasure,
    BudgetPolicy,
    Candidate,
    Credits,
    DailyHours,
    Duration,
    Line,
    Snapshot,
    StackingRules,
    Strategy,
    Timeframe,
    Validity,
    effects,
    evaluate,
    rules,
)
from engine.effects import Effect
from engine.explain import explain
from engine.stacking_rules import ProductsMode
from tests.engine import strategies

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DISCOUNTS: tuple[Effect, ...] = (
    effects.parse({"type": "PERCENT", "percent_off": 1}),
    effects.parse({"type": "AMOUNT", "amount_off": 1}),
)


WIRES: tuple[dict[str, Any], ...] = (
    {"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 1},
    {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 1},
    {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY", "amount_off": 100},
    {"type": "UNIT", "effect": "ADD_MISSING_ITEMS", "unit_off": 1, "unit_type": "prod_a"},
    {"type": "FIXED", "effect": "APPLY_TO_ITEMS", "fixed_amount": 600},
    {"type": "GIFT"},
)
RULES = rules.parse(
    {
        "rules": {
            "1": {"name": "order.amount", "conditions": {"$more_than": [100]}},
            "2": {
                "name": "order.items.any",
                "conditions": {"$is": [{"object": "product", "id": "prod_a"}]},
                "rules": {
                    "1": {"name": "order.items.aggregated_quantity", "conditions": {"$more_than": [5]}}
                },
            },
        },
        "applicable_to": {
            "included": [
                {"object": "product", "id": "prod_a", "target": "UNIT", "repeat": 2, "skip_initially": 1},
                {"object": "product", "id": "prod_b", "quantity_limit": 2},
            ]
        },
        "bundle_rules": {
            "1": {"name": "order.items.any", "conditions": {"$is": [{"object": "product", "id": "prod_b"}]}}
        },
    }
)


def calls(snapshot: Snapshot, *, is_explained: bool = False) -> int:
    """How many functions, Python's and C's, one decision calls."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    gc.disable()  # hypothesis listens to the collector; its listeners would be counted
    sys.setprofile(note)
    try:
        outcome = evaluate(snapshot)
        if is_explained:
            explain(snapshot, outcome)
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


def shop(*, candidates: int = 5, quantity: int = 3, validity: Validity | None = None) -> Snapshot:
    return Snapshot(
        now=NOW,
        basket=Basket(lines=(Line(price=10, quantity=quantity), Line(price=5, quantity=quantity))),
        candidates=tuple(
            Candidate(key=str(number), discount=DISCOUNTS[number % 2], validity=validity or Validity())
            for number in range(candidates)
        ),
        stacking_rules=StackingRules(applicable_redeemables_limit=30),
    )


def test_quantity_costs_nothing() -> None:
    evaluate(shop())  # fill the caches of the standard library

    assert calls(shop(quantity=1_000_000)) == calls(shop(quantity=10)) > 50


def full(quantity: int, strategy: Strategy, mode: ProductsMode) -> Snapshot:
    """Discounts of many kinds, with rules, targets, a bundle and credits."""
    return Snapshot(
        now=NOW,
        basket=Basket(
            lines=(
                Line(product_id="prod_a", price=700, quantity=quantity),
                Line(product_id="prod_b", price=1900, quantity=quantity),
            )
        ),
        candidates=tuple(
            Candidate(
                key=str(number), discount=effects.parse(wire), rules=(RULES,), credits=Credits(balance=1000)
            )
            for number, wire in enumerate(WIRES)
        ),
        articles=strategies.ARTICLES,
        stacking_rules=StackingRules(
            applicable_redeemables_limit=30, redeemables_products_application_mode=mode
        ),
        strategy=strategy,
    )


@pytest.mark.parametrize("is_explained", [False, True])
@pytest.mark.parametrize("mode", list(ProductsMode))
def test_quantity_costs_nothing_with_rules_targets_and_bundles(
    mode: ProductsMode, is_explained: bool
) -> None:
    def cost(quantity: int) -> int:
        return calls(full(quantity, Strategy.REQUESTED, mode), is_explained=is_explained)

    cost(10)  # fill the caches

    assert cost(1_000_000) == cost(10_000) > 500
    assert abs(cost(10_000) - cost(10)) < 50  # a few units are used up sooner


def test_quantity_does_not_lengthen_the_search() -> None:
    def cost(quantity: int) -> int:
        return calls(full(quantity, Strategy.BEST_FOR_CUSTOMER, ProductsMode.STACK))

    cost(10)

    assert cost(1_000_000) < 1.5 * cost(10)  # other figures may cut off other branches


def test_each_further_candidate_costs_the_same() -> None:
    evaluate(shop())

    ten, twenty, thirty = (calls(shop(candidates=number)) for number in (10, 20, 30))

    assert thirty - twenty == twenty - ten > 0


def test_an_old_start_costs_only_a_few_halvings_more() -> None:
    def started(year: int) -> Validity:
        return Validity(
            starts_at=datetime(year, 1, 1, tzinfo=UTC),
            timeframe=Timeframe(interval=Duration.parse("PT1M"), duration=Duration.parse("PT30S")),
            daily_hours=(DailyHours(days_of_week=(2,), start_time=time(9)),),
        )

    young, old = (calls(shop(candidates=1, validity=started(year))) for year in (2026, 1926))

    assert old < 2 * young


@pytest.mark.parametrize("measure", [BudgetMeasure.DISCOUNT, BudgetMeasure.UNITS])
def test_units_are_cut_to_a_budget_by_halving(measure: BudgetMeasure) -> None:
    def cut(units: int) -> Snapshot:
        wire = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": units, "unit_type": "prod_a"}
        budget = Budget(
            id="b", name="B", measure=measure, limit=units // 3, policy=BudgetPolicy.GIVE_WHAT_IS_LEFT
        )
        one = Candidate(key="A", discount=effects.parse(wire), budgets=(budget,))
        articles = (Article(id="prod_a", product_id="prod_a", price=1),)
        return Snapshot(now=NOW, basket=Basket(amount=10), candidates=(one,), articles=articles)

    outcome = evaluate(cut(900_000))

    assert [one.given for one in outcome.steps[0].cut] == [300_000]
    assert calls(cut(900_000)) < 4 * calls(cut(900))
