"""What holds for budgets in every request: never above the limit, sound books, replays, guards."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    Basket,
    Budget,
    BudgetMeasure,
    BudgetPolicy,
    Candidate,
    Line,
    Outcome,
    Snapshot,
    StackingRules,
    Status,
    Step,
    Strategy,
    effects,
    evaluate,
    guards,
    rules,
)
from engine.best import evaluate_best
from engine.effects.base import DiscountEffect, DiscountType
from engine.explain import explain
from tests.engine import effect_strategies, strategies
from tests.engine.best_sets import best_score, score
from tests.engine.test_counting import NOW
from tests.engine.test_properties import assert_sound
from tests.nightly import times

M = BudgetMeasure


def drawing(strategy: Strategy, most: int = 5, **choices: Any) -> st.SearchStrategy[Snapshot]:
    """Candidates that all draw on budgets, some of them on the same ones."""
    return strategies.of(
        strategies.candidate_lists(most, budgets=strategies.budget_lists, **choices),
        basket=strategies.baskets,
        strategy=st.just(strategy),
    )


asked = drawing(Strategy.REQUESTED)
any_strategy = st.sampled_from(Strategy).flatmap(drawing)


def spent(step: Step, candidate: Candidate, amount_before: int) -> Mapping[BudgetMeasure, int]:
    """What a step took, read off its answer."""
    assert candidate.discount is not None
    taken = 0 if step.order is None else step.order.total_applied_discount_amount
    is_gift = candidate.discount.type is DiscountType.GIFT
    free = 0 if step.order is None else sum(one.applied_discount_quantity for one in step.order.lines)
    noted = sum(one.units for one in step.units)
    is_given = (
        candidate.discount.type is DiscountType.UNIT
        and candidate.discount.effect is not DiscountEffect.REPLACE_ITEMS
    )
    return {
        M.REDEMPTIONS: 1,
        M.DISCOUNT: 0 if is_gift else taken,
        M.ORDER_VALUE: amount_before,
        M.GIFT_CREDITS: step.credits_taken or 0 if is_gift else 0,
        M.UNITS: free if is_given else noted,
    }


@settings(max_examples=times(day=150, night=300))
@given(any_strategy)
def test_no_budget_is_ever_overspent(snapshot: Snapshot) -> None:
    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    used: dict[str, int] = {}
    amount = 0 if snapshot.basket is None else snapshot.basket.value or 0
    for step in evaluate(snapshot).with_status(Status.APPLICABLE):
        candidate = by_name[step.object, step.key]
        took = spent(step, candidate, amount)
        for budget in candidate.budgets:
            assert not budget.subject_missing
            used[budget.id] = used.get(budget.id, 0) + took[budget.measure]
            if took[budget.measure]:
                assert used[budget.id] <= max(budget.limit - budget.used, budget.granted)
        amount = 0 if step.order is None else step.order.amount or 0


@settings(max_examples=times(day=75, night=150))
@given(any_strategy)
def test_the_books_stay_sound_and_cuts_are_honest(snapshot: Snapshot) -> None:
    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    amount = 0 if snapshot.basket is None else snapshot.basket.value or 0
    for step in evaluate(snapshot).steps:
        if step.status is not Status.APPLICABLE:
            assert step.cut == ()
            continue
        if step.order is not None:
            assert_sound(step.order)
        candidate = by_name[step.object, step.key]
        took = spent(step, candidate, amount)
        for cut in step.cut:
            assert 0 < cut.given < cut.wanted
            assert cut.given == took[cut.measure]
            (budget,) = [one for one in candidate.budgets if one.id == cut.budget]
            assert budget.may_cut
        amount = 0 if step.order is None else step.order.amount or 0


@settings(max_examples=times(day=50, night=100))
@given(any_strategy)
def test_replays_give_the_same(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)
    stored = json.loads(json.dumps(snapshot.to_json()))

    assert evaluate(snapshot) == outcome
    assert Snapshot.from_json(stored) == snapshot
    assert evaluate(Snapshot.from_json(stored)) == outcome
    assert Outcome.from_json(json.loads(json.dumps(outcome.to_json()))) == outcome


@settings(max_examples=times(day=60, night=120))
@given(drawing(Strategy.BEST_FOR_CUSTOMER) | drawing(Strategy.BEST_FOR_CUSTOMER, 6, rules=st.just(())))
def test_the_best_set_is_the_best(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    assert outcome.gap == 0
    assert score(outcome) == best_score(snapshot)


@settings(max_examples=60)
@given(drawing(Strategy.BEST_FOR_CUSTOMER), st.integers(0, 6))
def test_the_gap_of_a_stopped_search_is_honest(snapshot: Snapshot, limit: int) -> None:
    stopped = evaluate_best(snapshot, limit=limit)

    assert stopped.gap is not None
    assert best_score(snapshot)[0] - score(stopped)[0] <= stopped.gap


@settings(max_examples=times(day=50, night=100))
@given(asked)
def test_explanations_agree_with_the_decision(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)
    for step, told in zip(outcome.steps, explain(snapshot, outcome), strict=True):
        conditions = [one for one in told.conditions if one.id.startswith("budget:")]
        if step.status is Status.APPLICABLE:
            assert all(one.holds for one in conditions)
        if step.reason is not None and step.reason.key == "budget_exceeded":
            failed = next(one for one in conditions if one.holds is False)
            assert failed.id == f"budget:{step.reason.resource_id}"
            assert told.remedy == failed.remedy == step.reason.remedy


FULL = st.lists(
    st.builds(
        Line,
        product_id=st.sampled_from(["prod_a", "prod_b", "prod_c"]),
        price=st.integers(1, 900),
        quantity=st.integers(1, 5),
        collections=st.just(("pc_x",)),
    ),
    min_size=1,
    max_size=4,
).map(lambda lines: Basket(lines=tuple(lines)))
EVERY_LINE = rules.parse({"applicable_to": {"included_all": True}})
PAYING = (effect_strategies.order_wires | effect_strategies.item_wires).map(effects.parse)


def alone(candidate: Candidate, basket: Basket, *budgets: Budget) -> Step:
    snapshot = Snapshot(
        now=NOW,
        basket=basket,
        candidates=(replace(candidate, budgets=budgets),),
        articles=strategies.ARTICLES,
        stacking_rules=StackingRules(),
    )
    return evaluate(snapshot).steps[0]


def rest(left: int, measure: BudgetMeasure = M.DISCOUNT) -> Budget:
    return Budget(id="bud_1", name="B", measure=measure, limit=left, policy=BudgetPolicy.GIVE_WHAT_IS_LEFT)


@settings(max_examples=times(day=100, night=200))
@given(PAYING, FULL, st.integers(0, 4000))
def test_of_money_exactly_what_is_left_is_given_and_the_last_lines_lose(
    discount: effects.Effect, basket: Basket, left: int
) -> None:
    candidate = Candidate(key="A", discount=discount, rules=(EVERY_LINE,))
    whole, cut = alone(candidate, basket).order, alone(candidate, basket, rest(left)).order
    assert whole is not None
    wanted = whole.total_applied_discount_amount
    if wanted and not left:
        assert cut is None
        return

    assert cut is not None
    assert cut.total_applied_discount_amount == min(wanted, left)
    lost = False
    for before, after in zip(whole.lines, cut.lines, strict=True):
        assert after.applied_discount_amount <= before.applied_discount_amount
        assert not (lost and after.applied_discount_amount)
        lost = lost or after.applied_discount_amount < before.applied_discount_amount


@settings(max_examples=times(day=75, night=150))
@given(effect_strategies.unit_wires.map(effects.parse), FULL, st.integers(0, 4000))
def test_of_units_as_many_as_fit_are_given_and_one_more_would_not(
    discount: effects.Effect, basket: Basket, left: int
) -> None:
    candidate = Candidate(key="A", discount=discount, rules=(EVERY_LINE,))
    whole, cut = alone(candidate, basket), alone(candidate, basket, rest(left))
    assert whole.order is not None
    wanted = whole.order.total_applied_discount_amount
    if wanted <= left:
        assert cut.order == whole.order
        return

    units = 0
    if cut.order is not None:
        (said,) = cut.cut
        assert (said.wanted, said.given) == (wanted, cut.order.total_applied_discount_amount)
        assert said.given <= left
        units = spent(cut, candidate, 0)[M.UNITS]
    orders = (alone(candidate, basket, rest(most, M.UNITS)).order for most in itertools.count(units + 1))
    wider = (0 if order is None else order.total_applied_discount_amount for order in orders)
    assert next(off for off in wider if off) > left  # what costs nothing is not given alone


@settings(max_examples=times(day=75, night=150))
@given(
    (effect_strategies.item_wires | effect_strategies.unit_wires).map(effects.parse), FULL, st.integers(1, 9)
)
def test_no_more_units_than_are_left(discount: effects.Effect, basket: Basket, left: int) -> None:
    candidate = Candidate(key="A", discount=discount, rules=(EVERY_LINE,))
    whole, cut = alone(candidate, basket), alone(candidate, basket, rest(left, M.UNITS))
    wanted = spent(whole, candidate, 0)[M.UNITS]
    if wanted <= left:
        assert cut.order == whole.order
        return
    if cut.order is None:
        return  # nothing could be taken off so few units

    assert 0 < spent(cut, candidate, 0)[M.UNITS] <= left
    assert whole.order is not None
    assert cut.order.total_applied_discount_amount <= whole.order.total_applied_discount_amount


def moved(snapshot: Snapshot, budget: str, used: int) -> Snapshot:
    return replace(
        snapshot,
        candidates=tuple(
            replace(
                one,
                budgets=tuple(replace(b, used=used) if b.id == budget else b for b in one.budgets),
            )
            for one in snapshot.candidates
        ),
    )


@settings(max_examples=times(day=100, night=200))
@given(drawing(Strategy.REQUESTED, 4), st.data())
def test_the_same_decision_within_the_guards(snapshot: Snapshot, data: st.DataObject) -> None:
    steps = evaluate(snapshot).with_status(Status.APPLICABLE)
    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    snapshot = replace(snapshot, candidates=tuple(by_name[step.object, step.key] for step in steps))
    outcome = evaluate(snapshot)
    guarded = [one for one in guards(snapshot, outcome) if one.name.startswith("budget:")]
    if not guarded or len(outcome.with_status(Status.APPLICABLE)) < len(snapshot.candidates):
        return
    name = data.draw(st.sampled_from(sorted({one.name for one in guarded})))
    same = [one for one in guarded if one.name == name]
    lowest = max([0, *(one.lowest for one in same if one.lowest is not None)])
    highest = min([10**6, *(one.highest for one in same if one.highest is not None)])

    used = data.draw(st.integers(lowest, highest) | st.sampled_from([lowest, highest]))

    assert evaluate(moved(snapshot, name.removeprefix("budget:"), used)).steps == outcome.steps


@settings(max_examples=times(day=100, night=200))
@given(
    effect_strategies.order_wires.map(effects.parse),
    FULL,
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.sampled_from(BudgetPolicy),
    st.sampled_from([M.DISCOUNT, M.REDEMPTIONS, M.ORDER_VALUE]),
    st.sampled_from([0, 0, 500]),
)
def test_another_decision_right_outside_the_guard(
    discount: effects.Effect,
    basket: Basket,
    limit: int,
    used: int,
    policy: BudgetPolicy,
    measure: BudgetMeasure,
    granted: int,
) -> None:
    budget = Budget(
        id="bud_1", name="B", measure=measure, limit=limit, used=used, policy=policy, granted=granted
    )
    snapshot = Snapshot(
        now=NOW, basket=basket, candidates=(Candidate(key="A", discount=discount, budgets=(budget,)),)
    )
    outcome = evaluate(snapshot)
    for guard in guards(snapshot, outcome):
        assert guard.name == "budget:bud_1"
        assert guard.lowest is None or guard.lowest <= used
        assert guard.highest is None or guard.highest >= used
        ends = [] if not guard.lowest else [guard.lowest - 1]
        ends += [] if guard.highest is None else [guard.highest + 1]
        for figure in ends:
            assert evaluate(moved(snapshot, "bud_1", figure)).steps != outcome.steps


@settings(max_examples=60)
@given(drawing(Strategy.REQUESTED))
def test_what_the_session_holds_of_every_budget_is_never_refused(snapshot: Snapshot) -> None:
    """Whatever others used meanwhile: a session that holds what the decision took gets the same again."""
    outcome = evaluate(snapshot)
    held: dict[str, int] = {}
    for guard in guards(snapshot, outcome):
        if guard.name.startswith("budget:"):
            held[guard.name] = held.get(guard.name, 0) + guard.amount
    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    steps = outcome.with_status(Status.APPLICABLE)
    later = replace(
        snapshot,
        candidates=tuple(
            replace(
                one,
                budgets=tuple(
                    replace(b, used=b.limit + 10_000, granted=held[f"budget:{b.id}"]) for b in one.budgets
                ),
            )
            for one in (by_name[step.object, step.key] for step in steps)
        ),
    )

    again = evaluate(later)

    given = [step.order and step.order.total_applied_discount_amount for step in steps]
    assert [step.order and step.order.total_applied_discount_amount for step in again.steps] == given
