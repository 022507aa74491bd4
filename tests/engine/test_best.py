"""BEST_FOR_CUSTOMER: exactly the best legal set, and an honest gap where the search stops."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    Basket,
    Candidate,
    Category,
    Line,
    Outcome,
    Snapshot,
    StackingRules,
    StackingType,
    Status,
    Strategy,
    effects,
    evaluate,
    rules,
)
from engine.best import evaluate_best
from engine.stacking_rules import ApplicationMode
from tests.engine import effect_strategies, strategies
from tests.engine.best_sets import alone, best_score, score
from tests.nightly import times

NOW = datetime(2026, 11, 25, tzinfo=UTC)
BEST = st.just(Strategy.BEST_FOR_CUSTOMER)
anything = strategies.of(strategies.candidate_lists(5), strategy=BEST, basket=strategies.baskets)
ordinary = strategies.of(
    strategies.candidate_lists(
        7,
        discounts=effect_strategies.ordinary | effect_strategies.item_wires.map(effects.parse),
        rules=st.just(()) | st.tuples(strategies.rule_strategies.targeting),
    ),
    strategy=BEST,
    basket=strategies.baskets,
)
opening_doors = strategies.of(
    strategies.candidate_lists(
        6,
        discounts=effect_strategies.ordinary,
        rules=st.just(())
        | st.tuples(
            st.builds(
                lambda operator, amount: rules.parse(
                    {"rules": {"1": {"name": "order.amount", "conditions": {operator: [amount]}}}}
                ),
                st.sampled_from(["$more_than", "$less_than"]),
                st.integers(0, 20_000),
            )
        ),
    ),
    strategy=BEST,
    basket=st.integers(5000, 20_000).map(lambda amount: Basket(amount=amount)),
)
"""Rules on the running amount: what comes before decides who may come after."""


def percent(key: str, off: int, category: Category | None = None, **facts: Any) -> Candidate:
    discount = effects.parse({"type": "PERCENT", "percent_off": off})
    return Candidate(key=key, discount=discount, category=category, **facts)


def amount(key: str, off: int, category: Category | None = None, **facts: Any) -> Candidate:
    discount = effects.parse({"type": "AMOUNT", "amount_off": off})
    return Candidate(key=key, discount=discount, category=category, **facts)


def best(*candidates: Candidate, limit: int = 5, total: int | None = 10_000, **facts: Any) -> Outcome:
    facts.setdefault("stacking_rules", StackingRules(applicable_redeemables_limit=limit))
    return evaluate(
        Snapshot(
            now=NOW,
            basket=None if total is None else Basket(amount=total),
            candidates=candidates,
            strategy=Strategy.BEST_FOR_CUSTOMER,
            **facts,
        )
    )


def chosen(outcome: Outcome) -> list[str]:
    return [step.key for step in outcome.with_status(Status.APPLICABLE)]


def left_out(outcome: Outcome) -> dict[str, str]:
    return {step.key: str(step.reason.key) for step in outcome.steps if step.reason is not None}


@settings(max_examples=times(day=60, night=120))
@given(anything | ordinary | opening_doors)
def test_no_subset_saves_more(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    assert outcome.gap == 0
    assert score(outcome) == best_score(snapshot)


@settings(max_examples=times(day=50, night=100))
@given(anything | opening_doors)
def test_the_chosen_ones_alone_grant_the_same(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)
    if not outcome.valid or score(outcome) == (0, 0):
        return
    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    steps = outcome.with_status(Status.APPLICABLE)

    again = alone(snapshot, [by_name[step.object, step.key] for step in steps])

    assert again is not None
    assert again.steps == steps
    assert again.order == outcome.order


@settings(max_examples=times(day=50, night=100))
@given(anything | ordinary | opening_doors, st.sampled_from(ApplicationMode))
def test_never_worse_than_the_ordinary_pass(snapshot: Snapshot, mode: ApplicationMode) -> None:
    asked = replace(
        snapshot,
        strategy=Strategy.REQUESTED,
        stacking_rules=replace(snapshot.stacking_rules, redeemables_application_mode=mode),
    )

    greedy = score(evaluate(asked))

    assert score(evaluate(snapshot)) >= greedy
    assert score(evaluate_best(snapshot, limit=0)) >= greedy


@settings(max_examples=times(day=50, night=100))
@given(anything | ordinary | opening_doors, st.integers(0, 6))
def test_the_gap_bounds_what_a_stopped_search_missed(snapshot: Snapshot, limit: int) -> None:
    stopped, whole = evaluate_best(snapshot, limit=limit), evaluate_best(snapshot)

    assert stopped.gap is not None
    assert whole.gap == 0
    assert score(whole)[0] - score(stopped)[0] <= stopped.gap
    assert evaluate_best(snapshot, limit=limit) == stopped


def test_a_better_pair_beats_the_first_ones() -> None:
    outcome = best(amount("A", 100), percent("B", 30), amount("C", 50), percent("D", 20), limit=2)

    assert outcome.valid
    assert outcome.gap == 0
    assert chosen(outcome) == ["B", "D"]
    assert left_out(outcome) == dict.fromkeys(["A", "C"], "applicable_redeemables_limit_exceeded")
    assert outcome.order is not None
    assert outcome.order.total_amount == 5600


def test_between_equal_sets_the_first_asked_for_wins() -> None:
    assert chosen(best(amount("A", 500), amount("B", 500), amount("C", 500), limit=2)) == ["A", "B"]
    assert chosen(best(amount("C", 500), amount("B", 500), amount("A", 500), limit=2)) == ["C", "B"]


def test_an_equal_set_of_first_ones_beats_the_guess_of_the_ordinary_pass() -> None:
    alone_in = Category(id="x", stacking_type=StackingType.EXCLUSIVE)

    assert chosen(best(amount("common", 500), amount("exclusive", 500, alone_in))) == ["common"]


@pytest.mark.parametrize(("exclusive_off", "expected"), [(1500, ["A", "B"]), (2000, ["X"])])
def test_exclusive_or_common_whichever_saves_more(exclusive_off: int, expected: list[str]) -> None:
    alone_in = Category(id="x", stacking_type=StackingType.EXCLUSIVE)

    outcome = best(amount("A", 1000), amount("B", 600), amount("X", exclusive_off, alone_in))

    assert chosen(outcome) == expected
    assert set(left_out(outcome).values()) == {"exclusion_rules_not_met"}


def test_what_may_not_be_used_at_all_is_inapplicable_and_does_not_harm() -> None:
    outcome = best(amount("off", 9000, is_active=False), amount("on", 10))

    assert outcome.valid
    assert left_out(outcome) == {"off": "voucher_disabled"}
    assert [step.status for step in outcome.steps] == [Status.INAPPLICABLE, Status.APPLICABLE]


def test_what_would_change_nothing_is_left_out() -> None:
    outcome = best(amount("all", 10_000), amount("more", 500), amount("zero", 0))

    assert chosen(outcome) == ["all"]
    assert left_out(outcome) == {"more": "no_effect", "zero": "no_effect"}


def test_one_that_only_the_chosen_ones_exclude_is_skipped_not_refused() -> None:
    above = rules.parse(
        {"rules": {"1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [10_000]}}}}
    )

    outcome = best(amount("big", 3000), amount("first", 2000, rules=(above,)))

    assert chosen(outcome) == ["big"]
    assert left_out(outcome) == {"first": "exclusion_rules_not_met"}
    assert outcome.steps[1].status is Status.SKIPPED


def test_a_replacement_without_a_discount_may_open_the_way() -> None:
    swap = {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": 1, "unit_type": "prod_a"}
    everything = rules.parse({"applicable_to": {"included": [{"object": "product", "id": "prod_z"}]}})
    below = rules.parse({"rules": {"1": {"name": "order.amount", "conditions": {"$less_than": [2000]}}}})
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(lines=(Line(product_id="prod_z", price=2500),)),
        candidates=(
            Candidate(key="swap", discount=effects.parse(swap), rules=(everything,)),
            amount("off", 300, rules=(below,)),
        ),
        articles=strategies.ARTICLES,
        strategy=Strategy.BEST_FOR_CUSTOMER,
    )

    outcome = evaluate(snapshot)

    assert chosen(outcome) == ["swap", "off"]
    assert score(outcome) == best_score(snapshot) == (300, 0)


def test_free_units_count_where_money_is_equal() -> None:
    shipping = effects.parse({"type": "UNIT", "unit_off": 1, "unit_type": "prod_free"})

    outcome = best(
        Candidate(key="shipping", discount=shipping), amount("zero", 0), articles=strategies.ARTICLES
    )

    assert chosen(outcome) == ["shipping"]
    assert score(outcome) == (0, 1)


@pytest.mark.parametrize("total", [None, 0])
def test_without_anything_to_compare_all_are_tried_as_asked(total: int | None) -> None:
    outcome = best(percent("A", 10), percent("B", 20), total=total)

    if total is None:
        assert outcome.valid
        assert chosen(outcome) == ["A", "B"]
    else:
        assert left_out(outcome) == {"A": "no_effect", "B": "no_effect"}
    assert outcome.gap == 0


def test_a_stopped_search_says_how_much_it_may_have_missed() -> None:
    candidates = [amount(f"A{number}", 100 + number % 7) for number in range(12)]
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(amount=10_000),
        candidates=(*candidates, percent("B", 7)),
        strategy=Strategy.BEST_FOR_CUSTOMER,
    )

    stopped = evaluate_best(snapshot, limit=1)

    assert stopped.valid
    assert stopped.gap is not None
    assert stopped.gap > 0
    assert score(evaluate(snapshot))[0] <= score(stopped)[0] + stopped.gap


def shop(seed: int, limit: int) -> Snapshot:
    """30 percentages and sums, half of them on single products, on an order of 10 lines."""
    chance = Random(seed)
    lines = tuple(
        Line(product_id=f"prod_{number}", price=chance.randrange(100, 5000), quantity=chance.randrange(1, 4))
        for number in range(10)
    )
    candidates = []
    for number in range(30):
        wire: dict[str, Any] = {"type": "PERCENT", "percent_off": chance.randrange(1, 30)}
        if chance.random() < 0.4:
            wire = {"type": "AMOUNT", "amount_off": chance.randrange(100, 3000)}
        own: tuple[rules.RuleSet, ...] = ()
        if chance.random() < 0.5:
            wire["effect"] = "APPLY_TO_ITEMS"
            target = {"object": "product", "id": f"prod_{chance.randrange(10)}"}
            own = (rules.parse({"applicable_to": {"included": [target]}}),)
        candidates.append(Candidate(key=str(number), discount=effects.parse(wire), rules=own))
    return Snapshot(
        now=NOW,
        basket=Basket(lines=lines),
        candidates=tuple(candidates),
        stacking_rules=StackingRules(applicable_redeemables_limit=limit),
        strategy=Strategy.BEST_FOR_CUSTOMER,
    )


@pytest.mark.parametrize("limit", [1, 5, 8])
@pytest.mark.parametrize("seed", range(4))
def test_thirty_ordinary_ones_on_ten_lines_are_proven_in_few_steps(seed: int, limit: int) -> None:
    assert evaluate_best(shop(seed, limit), limit=2000).gap == 0


@pytest.mark.parametrize("seed", range(3))
def test_thirty_without_a_limit_end_in_reasonable_time(seed: int) -> None:
    started = time.process_time()

    outcome = evaluate(shop(seed, 30))

    assert time.process_time() - started < 5  # about one second, on a machine that others use too
    assert outcome.gap is not None
    assert outcome.order is not None
    assert outcome.gap <= (outcome.order.total_amount or 0) + 20


def test_a_set_of_exclusive_ones_that_no_guess_names_is_found() -> None:
    alone_in = [Category(id=name, stacking_type=StackingType.EXCLUSIVE) for name in "xyz"]
    candidates = [amount(f"X{place}", off, alone_in[place]) for place, off in enumerate([1, 400, 400])]

    outcome = best(
        *candidates,
        amount("common", 500),
        stacking_rules=StackingRules(applicable_exclusive_redeemables_limit=2),
    )

    assert chosen(outcome) == ["X1", "X2"]
    assert outcome.gap == 0
