"""Budgets refuse what would cross them, or give what is left. Governance 5, B16, B18."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import (
    Basket,
    Budget,
    BudgetCut,
    BudgetMeasure,
    Outcome,
    Snapshot,
    StackingRules,
    Status,
    Strategy,
    evaluate,
)
from tests.engine.drawing import M, budget, on, taken
from tests.engine.test_counting import NOW, applied, below, decide


@pytest.mark.parametrize("gives", [False, True])
def test_a_limit_may_be_reached_exactly(gives: bool) -> None:
    outcome = decide(on("A", 500, budget(1000, 500, gives=gives)))

    assert taken(outcome) == [500]
    assert outcome.steps[0].cut == ()


def test_what_would_cross_the_limit_is_refused_whole() -> None:
    outcome = decide(on("A", 500, budget(1000, 680, period="this month")))

    (step,) = outcome.steps
    assert step.status is Status.INAPPLICABLE
    assert step.reason is not None
    assert step.reason.key == "budget_exceeded"
    assert step.reason.message == "budget exceeded"
    assert step.reason.details == "budget Black Friday has 3.20 left this month, this discount needs 5.00"
    assert step.reason.remedy == "Raise budget Black Friday, or wait for its next period"
    assert (step.reason.resource_type, step.reason.resource_id) == ("budget", "bud_1")


def test_gives_what_is_left_and_says_so() -> None:
    outcome = decide(on("A", 500, budget(1000, 680, gives=True)))

    assert taken(outcome) == [320]
    assert outcome.steps[0].cut == (
        BudgetCut(budget="bud_1", name="Black Friday", measure=M.DISCOUNT, wanted=500, given=320),
    )


@pytest.mark.parametrize("used", [1000, 1200])
def test_with_nothing_left_it_is_refused(used: int) -> None:
    outcome = decide(on("A", 500, budget(1000, used, gives=True)))

    assert applied(outcome) == []
    assert outcome.steps[0].reason is not None
    assert outcome.steps[0].reason.details == "budget Black Friday has 0.00 left, this discount needs 5.00"


def test_a_discount_of_nothing_needs_nothing() -> None:
    assert applied(decide(on("A", 0, budget(1000, 1200), budget(5, 9, gives=True, id="bud_2")))) == ["A"]


@pytest.mark.parametrize(
    ("budgets", "expected"),
    [
        ((budget(400, gives=True), budget(300, gives=True, id="bud_2")), [300]),
        ((budget(400, gives=True), budget(399, id="bud_2")), []),
        ((budget(400, gives=True), budget(400, id="bud_2")), [400]),
        ((budget(600, gives=True), budget(499, id="bud_2")), []),
        ((budget(400, gives=True), budget(1, 1, M.REDEMPTIONS, id="bud_2")), []),
        ((budget(400, gives=True), budget(1, 0, M.REDEMPTIONS, id="bud_2")), [400]),
    ],
)
def test_several_budgets_all_hold(budgets: tuple[Budget, ...], expected: list[int]) -> None:
    assert taken(decide(on("A", 500, *budgets))) == expected


def test_two_cuts_name_both_budgets() -> None:
    outcome = decide(on("A", 500, budget(400, gives=True), budget(300, gives=True, id="bud_2")))

    assert [(one.budget, one.wanted, one.given) for one in outcome.steps[0].cut] == [
        ("bud_1", 500, 300),
        ("bud_2", 500, 300),
    ]


@pytest.mark.parametrize(
    ("measure", "limit", "expected"),
    [(M.REDEMPTIONS, 1, ["A"]), (M.ORDER_VALUE, 15_000, ["A"]), (M.DISCOUNT, 700, ["A"])],
)
def test_candidates_share_a_budget(measure: BudgetMeasure, limit: int, expected: list[str]) -> None:
    pool = budget(limit, 0, measure)

    assert applied(decide(on("A", 400, pool), on("B", 400, pool))) == expected
    assert applied(decide(on("A", 400, pool), on("B", 400, replace(pool, id="bud_2")))) == ["A", "B"]


def test_the_second_one_gets_what_the_first_one_left() -> None:
    pool = budget(1000, 300, gives=True)

    outcome = decide(on("A", 400, pool), on("B", 400, pool), on("C", 400, pool))

    assert taken(outcome) == [400, 300]
    assert [one.given for one in outcome.steps[1].cut] == [300]
    assert outcome.steps[2].status is Status.INAPPLICABLE


def test_order_value_is_refused_whatever_the_policy() -> None:
    outcome = decide(on("A", 400, budget(9999, 0, M.ORDER_VALUE, gives=True)))

    assert outcome.steps[0].reason is not None
    assert outcome.steps[0].reason.details == "budget Black Friday has 99.99 left, this order needs 100.00"


def test_order_value_is_what_the_order_is_worth_before_discounts() -> None:
    assert applied(decide(on("A", 5000), on("B", 400, budget(9999, 0, M.ORDER_VALUE)))) == ["A"]
    assert applied(decide(on("A", 5000), on("B", 400, budget(10_000, 0, M.ORDER_VALUE)))) == ["A", "B"]


def test_redemptions() -> None:
    outcome = decide(on("A", 400, budget(5, 5, M.REDEMPTIONS, gives=True)))

    assert outcome.steps[0].reason is not None
    assert (
        outcome.steps[0].reason.details
        == "budget Black Friday has 0 redemptions left, this redemption needs 1"
    )


def test_what_the_session_holds_is_there_for_it() -> None:
    full = budget(1000, 1000)

    assert applied(decide(on("A", 500, full))) == []
    assert applied(decide(on("A", 500, replace(full, granted=499)))) == []
    assert taken(decide(on("A", 500, replace(full, granted=500)))) == [500]
    both = replace(full, granted=800)
    assert taken(decide(on("A", 500, both), on("B", 300, both))) == [500, 300]
    assert taken(decide(on("A", 500, both), on("B", 301, both))) == [500]
    half_full = budget(1000, 600, granted=300)
    assert taken(decide(on("A", 400, half_full))) == [400]


def test_a_budget_of_each_customer_needs_a_customer() -> None:
    outcome = decide(on("A", 500, budget(1000, subject_missing=True)))

    (step,) = outcome.steps
    assert step.status is Status.INAPPLICABLE
    assert step.reason is not None
    assert step.reason.key == "missing_customer"
    assert step.reason.remedy == "Say who the customer is"


def test_rules_about_the_result_see_what_is_given() -> None:
    name = "campaign.orders.amount_discounted"
    facts: dict[str, Any] = {"rules": (below(name, 320),), "counts": {name: 0}}

    assert applied(decide(on("A", 500, **facts))) == []
    assert taken(decide(on("A", 500, budget(320, gives=True), **facts))) == [320]


def test_a_limit_of_stacking_is_told_before_a_budget() -> None:
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(amount=10_000),
        candidates=(on("A", 100), on("B", 500, budget(1))),
        stacking_rules=StackingRules(applicable_redeemables_limit=1),
    )

    assert evaluate(snapshot).steps[1].status is Status.SKIPPED


def test_the_best_set_spends_a_shared_budget_best() -> None:
    pool = budget(600)

    outcome = decide(
        on("A", 400, pool), on("B", 350, pool), on("C", 250, pool), strategy=Strategy.BEST_FOR_CUSTOMER
    )

    assert applied(outcome) == ["B", "C"]
    assert outcome.gap == 0


def test_the_best_set_may_use_a_budget_that_is_too_small_for_a_discount_on_the_whole_order() -> None:
    half = {"type": "PERCENT", "percent_off": 50}

    outcome = decide(on("A", 4000), on("half", half, budget(3000)), strategy=Strategy.BEST_FOR_CUSTOMER)

    assert taken(outcome) == [4000, 3000]


def test_travels_as_json_and_old_decisions_are_read() -> None:
    snapshot = Snapshot(
        now=NOW, basket=Basket(amount=10_000), candidates=(on("A", 500, budget(400, gives=True)),)
    )
    outcome = evaluate(snapshot)
    stored: Any = snapshot.to_json()
    decided: Any = outcome.to_json()

    assert Snapshot.from_json(stored) == snapshot
    assert Outcome.from_json(decided) == outcome
    assert evaluate(Snapshot.from_json(stored)) == outcome
    del stored["candidates"][0]["budgets"]
    del decided["steps"][0]["cut"]
    assert Snapshot.from_json(stored).candidates[0].budgets == ()
    assert Outcome.from_json(decided).steps[0].cut == ()
