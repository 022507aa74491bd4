"""What holds for every request: the books, statuses, stacking, replays."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Basket, Candidate, Category, Outcome, Snapshot, Status, evaluate, rules
from engine.basket import Line, OrderState, open_order, since
from engine.draft import Draft
from engine.effects import AmountOffOrder
from engine.effects.base import DiscountType
from engine.reasons import ReasonKey
from engine.rules.families import REGISTRY
from engine.rules.tree import All, RuleSet
from engine.stacking_rules import ApplicationMode, ProductsMode, SortingRule, StackingType
from tests.engine import strategies
from tests.nightly import times

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RULES_SPEAK = {
    ReasonKey.CUSTOMER_RULES,
    ReasonKey.ORDER_RULES,
    ReasonKey.REDEMPTION_RULES,
    ReasonKey.MISSING_CUSTOMER,
}


def assert_sound(order: OrderState) -> None:
    """The parts add up, and nothing is discounted by more than it costs."""
    amount = order.amount or 0
    assert order.items_discount_amount == sum(line.discount_amount for line in order.lines)
    assert order.items_applied_discount_amount == sum(line.applied_discount_amount for line in order.lines)
    assert order.total_discount_amount == order.discount_amount + order.items_discount_amount
    assert (
        order.total_applied_discount_amount
        == order.applied_discount_amount + order.items_applied_discount_amount
    )
    assert 0 <= order.applied_discount_amount <= order.discount_amount
    assert 0 <= order.total_discount_amount <= amount
    assert (order.total_amount is None) == (order.amount is None)
    assert (order.total_amount or 0) == amount - order.total_discount_amount
    for line in order.lines:
        assert 0 <= line.applied_discount_amount <= line.discount_amount <= (line.amount or 0)
        assert line.subtotal_amount == (None if line.amount is None else line.amount - line.discount_amount)
        assert 0 <= line.applied_discount_quantity <= line.discount_quantity <= line.quantity


@settings(max_examples=times(day=75, night=150))
@given(strategies.any_strategy)
def test_every_step_and_the_whole_request_are_sound(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    opening = order = None if snapshot.basket is None else open_order(snapshot.basket)
    steps = [step.order for step in outcome.steps if step.order is not None]
    for after in steps:
        assert order is not None
        assert_sound(after)
        assert after.initial_amount == order.initial_amount
        moved = sum(line.applied_quantity_amount for line in after.lines)
        assert (after.amount or 0) == (order.amount or 0) + moved
        assert after.total_discount_amount == (
            order.total_discount_amount + after.total_applied_discount_amount
        )
        assert (after.total_amount or 0) <= (order.total_amount or 0)  # nobody ever pays more
        order = after
    if outcome.order is not None:
        assert order is not None
        assert opening is not None
        assert_sound(outcome.order)
        assert outcome.order == since(opening, order)
        assert outcome.order.total_applied_discount_amount == sum(
            one.total_applied_discount_amount for one in steps
        )
        for index, line in enumerate(outcome.order.lines):
            parts = [one.lines[index] for one in steps if index < len(one.lines)]
            assert line.applied_discount_amount == sum(one.applied_discount_amount for one in parts)
            assert line.applied_discount_quantity == sum(one.applied_discount_quantity for one in parts)
            assert line.applied_quantity == sum(one.applied_quantity for one in parts)


@settings(max_examples=times(day=75, night=150))
@given(strategies.any_strategy)
def test_every_candidate_has_one_step_and_every_refusal_a_reason(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    asked = sorted((candidate.object, candidate.key) for candidate in snapshot.candidates)
    assert sorted((step.object, step.key) for step in outcome.steps) == asked
    for step in outcome.steps:
        is_applicable = step.status is Status.APPLICABLE
        assert (step.reason is None) == is_applicable
        assert (step.order is not None) == (is_applicable and snapshot.basket is not None)
    assert (outcome.order is not None) == (outcome.valid and snapshot.basket is not None)


@settings(max_examples=times(day=75, night=150))
@given(strategies.snapshots)
def test_all_wants_no_failure_and_partial_something_that_applies(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    failed = outcome.with_status(Status.INAPPLICABLE)
    if snapshot.stacking_rules.redeemables_application_mode is ApplicationMode.PARTIAL:
        assert outcome.valid == bool(outcome.with_status(Status.APPLICABLE))
        return
    assert outcome.valid == (not failed)
    assert len(failed) <= 1
    if failed:
        behind = outcome.steps[outcome.steps.index(failed[0]) + 1 :]
        assert all(step.reason and step.reason.key is ReasonKey.PRECEDING_VALIDATION for step in behind)


@settings(max_examples=times(day=50, night=100))
@given(strategies.any_strategy)
def test_no_limit_and_no_exclusion_of_stacking_is_ever_broken(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    limits = snapshot.stacking_rules
    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    applied = [by_name[step.object, step.key] for step in outcome.with_status(Status.APPLICABLE)]
    found = [one.category for one in applied if one.category is not None]
    exclusive = [one for one in found if one.stacking_type is StackingType.EXCLUSIVE]
    assert len(applied) <= limits.applicable_redeemables_limit
    assert len(exclusive) <= limits.applicable_exclusive_redeemables_limit
    for category in set(found):
        own = limits.category_limit(category)
        assert own is None or found.count(category) <= own
        if category.stacking_type is StackingType.EXCLUSIVE:
            most = limits.applicable_exclusive_redeemables_per_category_limit
            assert most is None or found.count(category) <= most
    is_common = [one.category is None or one.category.stacking_type is None for one in applied]
    assert not (exclusive and any(is_common))


def article(line: Line, index: int) -> str:
    return line.product_id or line.product_source_id or line.source_id or f"line {index}"


@settings(max_examples=times(day=75, night=150))
@given(strategies.snapshots)
def test_once_discounts_no_product_twice(snapshot: Snapshot) -> None:
    """Giving units away is no discount on eligible lines; whatever came before bars the lines."""
    if snapshot.basket is None:
        return
    once = replace(snapshot.stacking_rules, redeemables_products_application_mode=ProductsMode.ONCE)
    outcome = evaluate(replace(snapshot, stacking_rules=once))

    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    facts = snapshot.basket.lines
    touched: set[str] = set()
    for step in outcome.with_status(Status.APPLICABLE):
        assert step.order is not None
        facts += step.added
        own = {
            article(facts[index], index)
            for index, line in enumerate(step.order.lines)
            if line.applied_discount_amount or line.applied_discount_quantity
        }
        discount = by_name[step.object, step.key].discount
        assert discount is not None
        if discount.type is not DiscountType.UNIT:
            assert not own & touched
        touched |= own


@settings(max_examples=times(day=75, night=150))
@given(strategies.any_strategy)
def test_rules_that_are_left_out_refuse_nothing(snapshot: Snapshot) -> None:
    # A budget of each customer misses the customer as a rule does.
    snapshot = replace(snapshot, candidates=tuple(replace(one, budgets=()) for one in snapshot.candidates))
    everything = frozenset(REGISTRY) | {rules.BUNDLE}
    candidates = tuple(
        replace(one, rules=tuple(replace(rule, rules=(), logic=All(of=())) for rule in one.rules))
        for one in snapshot.candidates
    )

    outcome = evaluate(snapshot, omit=everything)

    assert outcome == evaluate(replace(snapshot, candidates=candidates), omit=frozenset({rules.BUNDLE}))
    assert not any(step.reason and step.reason.key in RULES_SPEAK for step in outcome.steps)


def in_own_categories(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(
        replace(
            one,
            category=Category(
                id=one.key,
                hierarchy=number,
                stacking_type=None if one.category is None else one.category.stacking_type,
            ),
        )
        for number, one in enumerate(candidates)
    )


@settings(max_examples=times(day=75, night=150))
@given(snapshot=strategies.any_strategy, chance=st.randoms(use_true_random=False))
def test_the_order_of_the_request_does_not_matter_under_hierarchy(snapshot: Snapshot, chance: Random) -> None:
    by_hierarchy = replace(snapshot.stacking_rules, redeemables_sorting_rule=SortingRule.CATEGORY_HIERARCHY)
    candidates = list(in_own_categories(snapshot.candidates))
    one = replace(snapshot, candidates=tuple(candidates), stacking_rules=by_hierarchy)
    chance.shuffle(candidates)
    other = replace(one, candidates=tuple(candidates))

    assert evaluate(one) == evaluate(other)


@settings(max_examples=times(day=50, night=100))
@given(strategies.any_strategy)
def test_snapshot_and_outcome_survive_json_text(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    stored = json.dumps([snapshot.to_json(), outcome.to_json()])
    first, second = json.loads(stored, parse_float=Decimal)

    assert Snapshot.from_json(first) == snapshot
    assert Outcome.from_json(second) == outcome
    assert evaluate(Snapshot.from_json(first)) == outcome


def test_a_rule_set_survives_json_with_its_tree() -> None:
    wire = {"id": "v", "rules": {"1": {"name": "order.amount", "conditions": {"$is": [Decimal("1.5")]}}}}

    assert rules.parse(json.loads(json.dumps(rules.parse(wire).to_json()))) == rules.parse(wire) != RuleSet()


@given(
    basket=strategies.baskets,
    changes=st.lists(st.tuples(st.integers(-5, 10**7), st.integers(-5, 10**7)), max_size=5),
)
def test_whatever_an_effect_asks_for_the_books_stay_sound(
    basket: Basket, changes: list[tuple[int, int]]
) -> None:
    opening = order = open_order(basket)
    assert_sound(opening)

    for from_order, from_line in changes:
        draft = Draft(order)
        for index in range(len(order.lines)):
            draft.take_line(index, from_line)
        draft.take_order(from_order)
        after = draft.close()
        assert after is not None
        order = after
        assert_sound(order)
    assert_sound(since(opening, order))


@given(basket=strategies.baskets, sums=st.permutations([100, 2500, 40_000, 7]))
def test_order_of_fixed_sums_does_not_matter_to_the_total(basket: Basket, sums: list[int]) -> None:
    def total(values: list[int]) -> int | None:
        candidates = tuple(
            Candidate(key=str(value), discount=AmountOffOrder(amount_off=value)) for value in values
        )
        outcome = evaluate(Snapshot(now=NOW, basket=basket, candidates=candidates))
        assert outcome.order is not None
        return outcome.order.total_amount

    assert total(sums) == total(sorted(sums))


@given(basket=strategies.baskets, low=strategies.AMOUNTS, high=strategies.AMOUNTS)
def test_a_higher_limit_never_gives_less(basket: Basket, low: int, high: int) -> None:
    low, high = sorted((low, high))

    def discount(limit: int) -> int:
        one = Candidate(key="one", discount=AmountOffOrder(amount_off=10**6, amount_limit=limit))
        outcome = evaluate(Snapshot(now=NOW, basket=basket, candidates=(one,)))
        assert outcome.order is not None
        return outcome.order.total_applied_discount_amount

    assert discount(low) <= discount(high)
