"""A decision stays the same while its counters lie within their guards, and only then. Contract: 10, 11.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    Basket,
    Candidate,
    Guard,
    Line,
    Outcome,
    Snapshot,
    Status,
    Step,
    Strategy,
    effects,
    evaluate,
    guards,
    rules,
)
from tests.engine import strategies
from tests.engine.test_counting import NOW, UNIT_LIMIT, below, code, counting
from tests.nightly import times

COUNT = "campaign.redemptions.count"
OWN = "redemption.count.per_customer"
DISCOUNTED = "campaign.orders.amount_discounted"
UNITS = f"{UNIT_LIMIT}:prod_a"
PER_UNIT = effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 10})
THREE = Basket(lines=(Line(product_id="prod_a", price=1000, quantity=3),))


def found(*candidates: Candidate, basket: Basket | None = None) -> tuple[Guard, ...]:
    snapshot = Snapshot(now=NOW, basket=basket or Basket(amount=10_000), candidates=candidates)
    return guards(snapshot, evaluate(snapshot))


def ranges(*candidates: Candidate, **facts: Any) -> list[tuple[str, str, int, int | None, int | None]]:
    return [(one.key, one.name, one.amount, one.lowest, one.highest) for one in found(*candidates, **facts)]


def asked(name: str, **conditions: Any) -> rules.RuleSet:
    wire = {f"${operator}": value for operator, value in conditions.items()}
    return rules.parse({"rules": {"1": {"name": name, "conditions": wire}}})


@pytest.mark.parametrize(
    ("conditions", "lowest", "highest"),
    [
        ({"less_than_or_equal": [10]}, None, 9),
        ({"less_than": [10]}, None, 8),
        ({"more_than": [2]}, 2, None),
        ({"more_than_or_equal": [2], "less_than": [9]}, 1, 7),
        ({"is": [5]}, 4, 4),
        ({"in": [5, 7]}, 4, 4),
        ({"in": [4, 5]}, 3, 4),
        ({"not_in": [3, 7]}, 3, 5),
        ({"has_value": []}, None, None),
    ],
)
def test_a_count_of_this_one_more(
    conditions: dict[str, Any], lowest: int | None, highest: int | None
) -> None:
    candidate = code("A", rules=(asked(COUNT, **conditions),), counts={COUNT: 4})

    assert ranges(candidate) == [("A", COUNT, 1, lowest, highest)]


def test_an_amount_is_that_of_the_step() -> None:
    candidate = code("A", 500, rules=(below(DISCOUNTED, 10_000),), counts={DISCOUNTED: 9_000})

    assert ranges(candidate) == [("A", DISCOUNTED, 500, None, 9_500)]


def test_a_counter_to_which_nothing_is_added_is_guarded_too() -> None:
    candidate = code("A", 0, rules=(below(DISCOUNTED, 10_000),), counts={DISCOUNTED: 10_000})

    assert ranges(candidate) == [("A", DISCOUNTED, 0, None, 10_000)]


def test_two_rules_on_one_counter_are_one_guard() -> None:
    rule_sets = (below(COUNT, 10), asked(COUNT, more_than=[1]))

    assert ranges(code("A", rules=rule_sets, counts={COUNT: 4})) == [("A", COUNT, 1, 1, 9)]


def test_every_leaf_counts_whatever_the_logic_says() -> None:
    either = rules.parse(
        {
            "rules": {
                "1": {"name": COUNT, "conditions": {"$less_than_or_equal": [10]}},
                "2": {"name": OWN, "conditions": {"$more_than": [5]}},
                "logic": "1 or 2",
            }
        }
    )

    assert ranges(code("A", rules=(either,), counts={COUNT: 4, OWN: 1})) == [
        ("A", COUNT, 1, None, 9),
        ("A", OWN, 1, None, 4),
    ]


def test_codes_of_one_campaign_speak_of_the_counter_before_the_request() -> None:
    facts: dict[str, Any] = {"rules": (below(COUNT, 10),), "counts": {COUNT: 4}}

    assert ranges(code("A", **facts), code("B", **facts)) == [
        ("A", COUNT, 1, None, 9),
        ("B", COUNT, 1, None, 8),
    ]


def test_a_granted_limit_has_no_end() -> None:
    full = code("A", rules=(below(COUNT, 10),), counts={COUNT: 10}, granted=frozenset({COUNT}))

    assert ranges(full) == [("A", COUNT, 1, None, None)]


def test_no_guards_without_counters_for_refused_ones_and_for_nobody() -> None:
    unknown = rules.parse(
        {
            "rules": {
                "1": {"name": OWN, "conditions": {"$less_than": [5]}},
                "2": {"name": COUNT, "conditions": {"$less_than": [5]}},
                "logic": "1 or 2",
            }
        }
    )

    assert ranges(code("A")) == []
    assert ranges(code("A", rules=(below(COUNT, 4),), counts={COUNT: 4})) == []
    assert ranges(code("A", rules=(unknown,), counts={COUNT: 1})) == [("A", COUNT, 1, None, 3)]


def test_rules_that_are_not_asked_have_no_guards() -> None:
    snapshot = Snapshot(now=NOW, candidates=(code("A", rules=(below(COUNT, 1),), counts={COUNT: 4}),))
    omit = frozenset({COUNT})

    assert guards(snapshot, evaluate(snapshot, omit=omit), omit=omit) == ()


def per_unit(most: int, prior: int, *, key: str = "A", basket: Basket = THREE, **limit: Any) -> Any:
    entry = {"object": "product", "id": "prod_a", UNIT_LIMIT: most, **limit}
    rule_set = rules.parse({"applicable_to": {"included": [entry]}})
    candidate = code(key, discount=PER_UNIT, rules=(rule_set,), unit_counts={UNITS: prior})
    return [values[2:] for values in ranges(candidate, basket=basket)]


def test_units() -> None:
    assert per_unit(10, 2) == [(3, None, 7)]
    assert per_unit(10, 7) == [(3, None, 7)]
    assert per_unit(10, 8) == [(2, 8, 8)]
    assert per_unit(10, 10) == [(0, 10, None)]
    assert per_unit(10, 12) == [(0, 10, None)]


def test_units_that_another_limit_cuts() -> None:
    assert per_unit(10, 2, quantity_limit=2) == [(2, None, 8)]
    assert per_unit(10, 9, quantity_limit=1) == [(1, None, 9)]


def test_units_of_two_lines() -> None:
    two = Basket(lines=(*THREE.lines, Line(product_id="prod_a", price=500, quantity=2)))

    assert per_unit(10, 2, basket=two) == [(5, None, 5)]
    assert per_unit(10, 6, basket=two) == [(4, 6, 6)]
    assert per_unit(10, 7, basket=two) == [(3, 7, 7)]


def test_units_of_two_codes() -> None:
    rule_set = rules.parse(
        {"applicable_to": {"included": [{"object": "product", "id": "prod_a", UNIT_LIMIT: 10}]}}
    )
    facts: dict[str, Any] = {"discount": PER_UNIT, "rules": (rule_set,), "unit_counts": {UNITS: 2}}

    assert ranges(code("A", **facts), code("B", **facts), basket=THREE) == [
        ("A", UNITS, 3, None, 7),
        ("B", UNITS, 3, None, 4),
    ]


def test_travels_as_json() -> None:
    (guard,) = found(code("A", rules=(below(COUNT, 10),), counts={COUNT: 4}))

    assert Guard.from_json(guard.to_json()) == guard


def moved(snapshot: Snapshot, guard: Guard, figure: int) -> Snapshot:
    """The snapshot with another figure of the guarded counter, for all that share it."""
    owner = next(one for one in snapshot.candidates if (one.object, one.key) == (guard.object, guard.key))
    is_shared = owner.campaign_id is not None

    def changed(counters: Mapping[str, Any]) -> dict[str, Any]:
        return {**counters, guard.name: figure}

    return replace(
        snapshot,
        candidates=tuple(
            one
            if one is not owner and not (is_shared and one.campaign_id == owner.campaign_id)
            else replace(one, unit_counts=changed(one.unit_counts))
            if ":" in guard.name
            else replace(one, counts=changed(one.counts))
            for one in snapshot.candidates
        ),
    )


def common(snapshot: Snapshot, guarded: tuple[Guard, ...], guard: Guard) -> tuple[int | None, int | None]:
    """The interval in which all steps that share the counter stay the same."""
    campaigns = {(one.object, one.key): one.campaign_id for one in snapshot.candidates}
    own = campaigns[guard.object, guard.key]
    same = [
        one
        for one in guarded
        if one.name == guard.name
        and (one is guard or (own is not None and campaigns[one.object, one.key] == own))
    ]
    lows = [one.lowest for one in same if one.lowest is not None]
    highs = [one.highest for one in same if one.highest is not None]
    return max(lows, default=None), min(highs, default=None)


def applicable(snapshot: Snapshot, outcome: Outcome) -> Snapshot:
    """Only what applied is asked for, in the order in which it was applied."""
    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    steps = outcome.with_status(Status.APPLICABLE)
    return replace(snapshot, candidates=tuple(by_name[step.object, step.key] for step in steps))


def steps_of(snapshot: Snapshot) -> tuple[Step, ...]:
    return evaluate(snapshot).steps


@settings(max_examples=times(day=75, night=150))
@given(counting(Strategy.REQUESTED, 4), st.data())
def test_the_same_decision_within_the_guards(snapshot: Snapshot, data: st.DataObject) -> None:
    snapshot = applicable(snapshot, evaluate(snapshot))
    outcome = evaluate(snapshot)
    guarded = guards(snapshot, outcome)
    if not guarded or len(outcome.with_status(Status.APPLICABLE)) < len(snapshot.candidates):
        return
    guard = data.draw(st.sampled_from(guarded))
    low, high = common(snapshot, guarded, guard)

    lowest, highest = max(low or 0, 0), 10**6 if high is None else high
    figure = data.draw(
        st.integers(lowest, highest)
        | st.sampled_from([lowest, highest, min(highest, lowest + 1), max(lowest, highest - 1)])
    )

    assert steps_of(moved(snapshot, guard, figure)) == outcome.steps


LEAVES = st.builds(
    lambda name, operator, operands: rules.parse(
        {"rules": {"1": {"name": name, "conditions": {operator: operands}}}}
    ),
    st.sampled_from([COUNT, OWN, DISCOUNTED, "campaign.orders.amount", "redemption.gift.amount"]),
    st.sampled_from(
        ["$less_than", "$less_than_or_equal", "$more_than", "$more_than_or_equal", "$is", "$is_not"]
    ),
    st.lists(st.integers(0, 12) | st.integers(0, 9000), min_size=1, max_size=1),
)
UNIT_RULES = st.builds(
    lambda entry: rules.parse({"applicable_to": {"included": [entry]}}),
    st.fixed_dictionaries(
        {
            "object": st.just("products_collection"),
            "id": st.just("pc_x"),
            UNIT_LIMIT: st.integers(0, 12),
            "product_in_collection_customer_campaign_quantity_limit": st.none() | st.integers(0, 6),
            "quantity_limit": st.none() | st.integers(1, 3),
        }
    ),
)


@settings(max_examples=times(day=75, night=150))
@given(
    strategies.of(
        strategies.candidate("A", rules=st.tuples(LEAVES), budgets=strategies.no_budgets).map(
            lambda one: (one,)
        ),
        basket=strategies.baskets,
        strategy=st.just(Strategy.REQUESTED),
    )
)
def test_another_decision_right_outside_the_guard_of_a_single_leaf(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)
    for guard in guards(snapshot, outcome):
        for figure in _outside(guard):
            assert steps_of(moved(snapshot, guard, figure)) != outcome.steps


PRICED = st.lists(
    st.builds(
        Line,
        product_id=st.sampled_from(["prod_a", "prod_b"]),
        price=st.integers(100, 999),
        quantity=st.integers(1, 6),
        collections=st.just(("pc_x",)),
    ),
    min_size=1,
    max_size=4,
).map(lambda lines: Basket(lines=tuple(lines)))


@settings(max_examples=times(day=75, night=150))
@given(UNIT_RULES, PRICED, st.integers(0, 12), st.integers(0, 6))
def test_other_units_right_outside_a_guard_of_units(
    rule_set: rules.RuleSet, basket: Basket, prior: int, of_one: int
) -> None:
    names = [f"{UNIT_LIMIT}:pc_x", "product_in_collection_customer_campaign_quantity_limit:pc_x:prod_a"]
    priors = dict(zip(names, (prior, of_one), strict=True))
    candidate = code("A", discount=PER_UNIT, rules=(rule_set,), unit_counts=priors)
    snapshot = Snapshot(now=NOW, basket=basket, candidates=(candidate,))
    outcome = evaluate(snapshot)

    for guard in guards(snapshot, outcome):
        assert priors.get(guard.name, 0) >= (guard.lowest or 0)
        assert guard.highest is None or priors.get(guard.name, 0) <= guard.highest
        assert guard.amount == sum(
            one.units for one in outcome.steps[0].units if guard.name in (names[0], _name_of(one.article))
        )
        for figure in _outside(guard):
            assert steps_of(moved(snapshot, guard, figure)) != outcome.steps
        for figure in _inside(guard):
            assert steps_of(moved(snapshot, guard, figure)) == outcome.steps


def _name_of(article: str) -> str:
    return f"product_in_collection_customer_campaign_quantity_limit:pc_x:{article}"


def _inside(guard: Guard) -> range:
    highest = 20 if guard.highest is None else guard.highest
    return range(max(0, guard.lowest or 0), highest + 1)


def _outside(guard: Guard) -> list[int]:
    ends = []
    if guard.lowest is not None and guard.lowest > 0:
        ends.append(guard.lowest - 1)
    if guard.highest is not None:
        ends.append(guard.highest + 1)
    return ends
