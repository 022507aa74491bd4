from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Basket, Candidate, Outcome, Snapshot, Status, evaluate
from engine.basket import OrderState, open_order, since
from engine.draft import Draft
from engine.effects import AmountOffOrder
from engine.stacking_rules import ApplicationMode
from tests.engine import strategies

NOW = datetime(2026, 11, 24, tzinfo=UTC)


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


@settings(max_examples=300)
@given(strategies.snapshots)
def test_every_step_and_the_whole_request_are_sound(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    payable = None if snapshot.basket is None else open_order(snapshot.basket).total_amount
    applied = 0
    for step in outcome.steps:
        if step.order is None:
            continue
        assert_sound(step.order)
        assert step.order.total_applied_discount_amount <= (payable or 0)
        payable = step.order.total_amount
        applied += step.order.total_applied_discount_amount
    if outcome.order is not None:
        assert_sound(outcome.order)
        assert outcome.order.total_amount == payable
        assert outcome.order.total_applied_discount_amount == applied


@settings(max_examples=300)
@given(strategies.snapshots)
def test_every_candidate_has_one_step_and_every_refusal_a_reason(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    asked = sorted((candidate.object, candidate.key) for candidate in snapshot.candidates)
    assert sorted((step.object, step.key) for step in outcome.steps) == asked
    for step in outcome.steps:
        is_applicable = step.status is Status.APPLICABLE
        assert (step.reason is None) == is_applicable
        assert (step.order is not None) == (is_applicable and snapshot.basket is not None)
    assert (outcome.order is not None) == (outcome.valid and snapshot.basket is not None)
    rules = snapshot.stacking_rules
    assert len(outcome.with_status(Status.APPLICABLE)) <= rules.applicable_redeemables_limit
    if rules.redeemables_application_mode is ApplicationMode.ALL:
        assert len(outcome.with_status(Status.INAPPLICABLE)) <= 1


@settings(max_examples=200)
@given(strategies.snapshots)
def test_snapshot_and_outcome_survive_json_text(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    stored = json.dumps([snapshot.to_json(), outcome.to_json()])
    first, second = json.loads(stored, parse_float=Decimal)

    assert Snapshot.from_json(first) == snapshot
    assert Outcome.from_json(second) == outcome
    assert evaluate(Snapshot.from_json(first)) == outcome


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
