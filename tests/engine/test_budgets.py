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
    BudgetPolicy,
    Candidate,
    Credits,
    Line,
    Outcome,
    Snapshot,
    StackingRules,
    Status,
    Strategy,
    effects,
    evaluate,
    rules,
)
from engine.explain import explain
from engine.index import Index
from engine.summary import Names
from engine.summary import budget as in_words
from tests.engine import strategies
from tests.engine.test_counting import NOW, applied, below, code, decide

M = BudgetMeasure
GIFT = effects.parse({"type": "GIFT"})
LINES = (
    Line(product_id="prod_a", price=300, quantity=2),
    Line(product_id="prod_b", price=500),
    Line(product_id="prod_c", price=700),
)


def budget(
    limit: int, used: int = 0, measure: BudgetMeasure = M.DISCOUNT, *, gives: bool = False, **more: Any
) -> Budget:
    policy = BudgetPolicy.GIVE_WHAT_IS_LEFT if gives else BudgetPolicy.REFUSE
    more.setdefault("id", "bud_1")
    return Budget(name="Black Friday", measure=measure, limit=limit, used=used, policy=policy, **more)


def on(key: str, wire: dict[str, Any] | int, *budgets: Budget, **facts: Any) -> Candidate:
    """A code with a discount; a number is a sum off the order."""
    wire = {"type": "AMOUNT", "amount_off": wire} if isinstance(wire, int) else wire
    return Candidate(key=key, discount=effects.parse(wire), budgets=budgets, **facts)


def taken(outcome: Outcome) -> list[int]:
    return [
        0 if step.order is None else step.order.total_applied_discount_amount
        for step in outcome.with_status(Status.APPLICABLE)
    ]


def on_lines(outcome: Outcome) -> list[int]:
    assert outcome.order is not None
    return [line.applied_discount_amount for line in outcome.order.lines]


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


def test_redemptions() -> None:
    outcome = decide(on("A", 400, budget(5, 5, M.REDEMPTIONS, gives=True)))

    assert outcome.steps[0].reason is not None
    assert (
        outcome.steps[0].reason.details
        == "budget Black Friday has 0 redemptions left, this redemption needs 1"
    )


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


def explained(candidate: Candidate) -> tuple[str, Any]:
    snapshot = Snapshot(now=NOW, basket=Basket(amount=10_000), candidates=(candidate,))
    (found,) = explain(snapshot, evaluate(snapshot), names=Names(currency="EUR"))
    return found.sentence, next(one for one in found.conditions if one.id == "budget:bud_1")


def test_an_explanation_of_what_was_cut() -> None:
    sentence, condition = explained(on("A", 500, budget(1000, 680, gives=True, period="today")))

    assert sentence == (
        "A applies and takes 3.20 EUR off, instead of 5.00 EUR: budget Black Friday had no more left."
    )
    assert condition.holds is True
    assert condition.text == (
        "Budget Black Friday: at most 10.00 EUR of discounts today; the last one gets what is left"
    )
    assert condition.found == "6.80 EUR used, this one needs 5.00 EUR, it gets 3.20 EUR"
    assert condition.actual == {"used": 680, "granted": 0, "left": 320, "wanted": 500, "given": 320}


def test_an_explanation_of_what_was_refused() -> None:
    sentence, condition = explained(on("A", 500, budget(1000, 680)))

    assert sentence == (
        "A cannot be used: budget Black Friday has 3.20 left, this discount needs 5.00."
        " Raise budget Black Friday."
    )
    assert condition.holds is False
    assert condition.remedy == "Raise budget Black Friday"
    assert condition.text == (
        "Budget Black Friday: at most 10.00 EUR of discounts; what would exceed it is refused"
    )


def test_an_explanation_of_what_was_not_judged_and_of_nobody() -> None:
    never = code("A", 500, rules=(below("order.amount", 1),), budgets=(budget(1000, 680),))

    assert explained(never)[1].holds is None
    assert explained(never)[1].found == "6.80 EUR used"
    assert explained(on("A", 500, budget(10, subject_missing=True)))[1].found == "the customer is not known"
    held = explained(on("A", 500, budget(1000, 1000, granted=600)))[1]
    assert held.found == "10.00 EUR used, 6.00 EUR held for this session, this one needs 5.00 EUR"


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (M.REDEMPTIONS, "at most 1,200 redemptions; what would exceed it is refused"),
        (M.ORDER_VALUE, "at most 12.00 EUR of order value; what would exceed it is refused"),
        (M.GIFT_CREDITS, "at most 12.00 EUR paid by gift cards; the last one gets what is left"),
        (M.UNITS, "at most 1,200 discounted units; the last one gets what is left"),
    ],
)
def test_budgets_in_words(measure: BudgetMeasure, words: str) -> None:
    assert in_words(budget(1200, 0, measure, gives=True), Names(currency="EUR")) == words


def test_the_index_keeps_to_budgets_and_holds() -> None:
    name = "campaign.orders.amount"
    candidates = [
        on("cut", 500, budget(320, gives=True)),
        on("refused", 500, budget(320)),
        on("free", 400),
        on("held", 300, rules=(below(name, 10),), counts={name: 10}, granted=frozenset({name})),
    ]
    index = Index()
    index.put_many((place, one, place) for place, one in enumerate(candidates))
    query = Snapshot(now=NOW, basket=Basket(amount=10_000))

    assert [(one.key, one.worth) for one in index.best(query, limit=4)] == [(2, 400), (0, 320), (3, 300)]
    assert [(one.key, one.worth) for one in index.least(query, limit=2)] == [(3, 300), (0, 320)]
