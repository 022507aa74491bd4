"""Explanations say what was decided, why, and what would help."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from engine import (
    ApplicationMode,
    Basket,
    Candidate,
    Category,
    Customer,
    Line,
    Outcome,
    RedeemableObject,
    Snapshot,
    StackingRules,
    StackingType,
    Status,
    Strategy,
    Uses,
    Validity,
    effects,
    evaluate,
    reasons,
    rules,
)
from engine.explain import ExplainedCondition, Explanation, explain
from engine.rules.logic import named, satisfied
from engine.rules.tree import RuleSet
from engine.summary import Names
from tests.engine import strategies
from tests.nightly import times

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
PARTIAL = StackingRules(redeemables_application_mode=ApplicationMode.PARTIAL)
EXCLUSIVE = Category(id="cat_x", stacking_type=StackingType.EXCLUSIVE)
TEN_PERCENT = effects.parse({"type": "PERCENT", "percent_off": 10})


def told(snapshot: Snapshot, **options: Any) -> tuple[Explanation, ...]:
    return explain(snapshot, evaluate(snapshot), **options)


def is_met(conditions: tuple[ExplainedCondition, ...], rule_sets: tuple[RuleSet, ...]) -> bool:
    """Do the checks and rules hold, by what is listed? The rules stand last, in their own order."""
    left = [one for one in conditions if one.id.startswith("rule:")]
    holds = all(one.holds is not False for one in conditions if not one.id.startswith("rule:"))
    for rule_set in rule_sets:
        keys = [rule.key for rule in named(rule_set.logic, {rule.key: rule for rule in rule_set.rules})]
        own = {key: left.pop(0).holds is not False for key in keys}
        holds = satisfied(rule_set.logic, own.__getitem__) and holds
        if left and left[0].id.endswith(":bundle") and rule_set.bundle is not None:
            holds = left.pop(0).holds is not False and holds
    assert not left
    return holds


@settings(max_examples=times(day=75, night=150))
@given(strategies.any_strategy)
def test_conditions_agree_with_the_decision(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)
    by_name = {(one.object, one.key): one for one in snapshot.candidates}

    found = explain(snapshot, outcome)

    assert [(one.key, one.object, one.status, one.reason) for one in found] == [
        (step.key, step.object, step.status, step.reason) for step in outcome.steps
    ]
    for one in found:
        candidate = by_name[one.object, one.key]
        if one.reason is not None and one.reason == candidate.reason:
            assert (one.conditions[0].id, one.conditions[0].holds) == ("known", False)
            continue
        if one.status is Status.SKIPPED:
            continue  # would it have applied? its conditions say so either way
        listed = () if candidate.reason is not None else candidate.rules
        assert is_met(one.conditions, listed) == (one.status is Status.APPLICABLE)
        if one.status is Status.INAPPLICABLE:
            assert any(condition.holds is False for condition in one.conditions)


@settings(max_examples=times(day=50, night=100))
@given(strategies.any_strategy)
def test_what_left_no_room_is_in_the_request_and_came_through_or_failed(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)
    status = {step.key: step.status for step in outcome.steps}
    kinds = {
        one.key: None if one.category is None else one.category.stacking_type for one in snapshot.candidates
    }

    for one in explain(snapshot, outcome):
        if one.status is not Status.SKIPPED:
            assert one.displaced_by == ()
            continue
        assert one.key not in one.displaced_by
        for key in one.displaced_by:
            # A valid exclusive one keeps others out even where a limit skips it afterwards.
            assert status[key] is not Status.SKIPPED or kinds[key] is StackingType.EXCLUSIVE
        assert one.reason is not None
        assert bool(one.displaced_by) == (one.reason.key is not reasons.ReasonKey.NO_EFFECT)


@settings(max_examples=60)
@given(strategies.any_strategy)
def test_explanations_survive_json_and_change_nothing(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)
    found = explain(snapshot, outcome)

    assert all(Explanation.from_json(one.to_json()) == one for one in found)
    assert explain(snapshot, outcome) == found
    assert evaluate(snapshot) == outcome


def test_says_everything_about_a_refused_code() -> None:
    above = {"name": "order.amount", "conditions": {"$more_than_or_equal": [10_000]}}
    own = rules.parse({"id": "val_1", "name": "Big orders", "rules": {"1": above}})
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(amount=8800),
        candidates=(
            Candidate(key="v_1", label="SUMMER", discount=TEN_PERCENT, rules=(own,), uses=Uses(quantity=3)),
        ),
    )

    (one,) = told(snapshot, names=Names(currency="EUR"))

    assert (one.key, one.label, one.status) == ("v_1", "SUMMER", Status.INAPPLICABLE)
    assert one.sentence == (
        "SUMMER cannot be used: order amount must be at least 100.00; it is 88.00. Add 12.00 more."
    )
    assert one.remedy == "Add 12.00 more"
    assert {condition.id: condition.holds for condition in one.conditions} == {
        "enabled": True,
        "uses": True,
        "rule:val_1:1": False,
    }
    rule = one.conditions[-1]
    assert "100.00 EUR" in rule.text
    assert rule.found == "it is 88.00"
    assert rule.required == {"$more_than_or_equal": [10_000]}
    assert rule.actual == {"value": 8800}


@pytest.mark.parametrize(
    ("facts", "failing"),
    [
        ({"is_active": False}, "enabled"),
        ({"is_campaign_active": False}, "campaign"),
        ({"validity": Validity(starts_at=NOW + timedelta(days=2))}, "start"),
        ({"validity": Validity(ends_at=NOW)}, "end"),
        ({"validity": Validity(days_of_week=(0,))}, "recurring"),
        ({"uses": Uses(quantity=1, used=1)}, "uses"),
        ({"discount": effects.parse({"type": "UNIT", "unit_off": 1, "unit_type": "prod_a"})}, "input"),
        ({"is_referrer": True}, "referrer"),
        ({"reason": reasons.not_found(resource_type="voucher", resource_id="X")}, "known"),
    ],
)
@pytest.mark.parametrize("object", RedeemableObject)
def test_each_check_is_listed_under_its_name(
    facts: dict[str, Any], failing: str, object: RedeemableObject
) -> None:
    candidate = replace(Candidate(key="CODE", discount=TEN_PERCENT, object=object), **facts)

    (one,) = told(Snapshot(now=NOW, candidates=(candidate,)))

    assert one.status is Status.INAPPLICABLE
    assert [condition.id for condition in one.conditions if condition.holds is False] == [failing]
    assert one.remedy or failing == "known"


def test_an_unfinished_bundle_says_what_is_missing() -> None:
    wire = {
        "bundle_rules": {
            "1": {"name": "order.items.any", "conditions": {"$is": [{"object": "product", "id": "prod_a"}]}},
            "2": {"name": "order.items.any", "conditions": {"$is": [{"object": "product", "id": "prod_b"}]}},
        }
    }
    candidate = Candidate(key="SET", discount=TEN_PERCENT, rules=(rules.parse({"id": "v", **wire}),))
    basket = Basket(lines=(Line(product_id="prod_a", price=500),))

    outcome = evaluate(Snapshot(now=NOW, basket=basket, candidates=(candidate,)))
    (one,) = told(
        Snapshot(now=NOW, basket=basket, candidates=(candidate,)), names=Names(known={"prod_b": "Bag"})
    )

    assert outcome.steps[0].bundle is not None
    assert outcome.steps[0].bundle.quantity == 0
    assert one.status is Status.INAPPLICABLE
    bundle = one.conditions[-1]
    assert (bundle.id, bundle.holds, bundle.remedy) == ("rule:v:bundle", False, "Add 1 of Bag")


def test_rules_on_the_result_are_told_with_the_result() -> None:
    budget = {"name": "campaign.orders.amount_discounted", "conditions": {"$less_than_or_equal": [10_000]}}
    candidate = Candidate(
        key="CODE",
        discount=TEN_PERCENT,
        rules=(rules.parse({"id": "v", "rules": {"1": budget}}),),
        counts={"campaign.orders.amount_discounted": 9600},
    )

    (one,) = told(Snapshot(now=NOW, basket=Basket(amount=5000), candidates=(candidate,)))

    assert one.status is Status.INAPPLICABLE
    assert one.conditions[-1].holds is False
    assert one.conditions[-1].actual == {"value": 10_100}


def test_rules_left_out_are_told_as_not_asked() -> None:
    segment = {"name": "customer.segment", "conditions": {"$is": ["seg_vip"]}}
    candidate = Candidate(
        key="CODE", discount=TEN_PERCENT, rules=(rules.parse({"id": "v", "rules": {"1": segment}}),)
    )
    snapshot = Snapshot(
        now=NOW, basket=Basket(amount=5000), candidates=(candidate,), customer=Customer(id="cust_1")
    )
    omit = frozenset({"customer.segment"})

    (asked,) = told(snapshot)
    (one,) = explain(snapshot, evaluate(snapshot, omit=omit), omit=omit)

    assert (asked.status, asked.conditions[-1].holds) == (Status.INAPPLICABLE, False)
    assert (one.status, one.conditions[-1].holds) == (Status.APPLICABLE, None)


def displaced(outcome_of: Snapshot) -> dict[str, tuple[str, ...]]:
    return {one.key: one.displaced_by for one in told(outcome_of) if one.displaced_by}


def several(*candidates: Candidate, stacking_rules: StackingRules = PARTIAL, **facts: Any) -> Snapshot:
    basket = Basket(amount=10_000)
    return Snapshot(now=NOW, basket=basket, candidates=candidates, stacking_rules=stacking_rules, **facts)


def one_of(key: str, category: Category | None = None, **facts: Any) -> Candidate:
    return Candidate(key=key, discount=TEN_PERCENT, category=category, **facts)


def test_names_the_exclusive_one_that_keeps_common_ones_out() -> None:
    assert displaced(several(one_of("A"), one_of("X", EXCLUSIVE))) == {"A": ("X",)}


def test_names_the_common_ones_that_an_exclusive_one_came_too_late_for() -> None:
    below = rules.parse({"rules": {"1": {"name": "order.amount", "conditions": {"$less_than": [9500]}}}})
    snapshot = several(one_of("A"), one_of("X", EXCLUSIVE, rules=(below,)), one_of("B"))

    outcome = evaluate(snapshot)

    assert [step.status for step in outcome.steps] == [Status.APPLICABLE, Status.SKIPPED, Status.APPLICABLE]
    assert displaced(snapshot) == {"X": ("A", "B")}


def test_names_those_that_used_up_a_limit() -> None:
    few = replace(PARTIAL, applicable_redeemables_limit=2)

    assert displaced(several(one_of("A"), one_of("B"), one_of("C"), stacking_rules=few)) == {"C": ("A", "B")}


def test_names_those_of_the_category_that_used_up_its_limit() -> None:
    category, other = Category(id="cat_c"), Category(id="cat_o")
    few = replace(PARTIAL, applicable_redeemables_per_category_limit=1)
    snapshot = several(one_of("O", other), one_of("A", category), one_of("B", category), stacking_rules=few)

    assert displaced(snapshot) == {"B": ("A",)}


def test_names_the_exclusive_ones_that_used_up_their_limit() -> None:
    joint = Category(id="cat_j", stacking_type=StackingType.JOINT)
    other = replace(EXCLUSIVE, id="cat_y")
    snapshot = several(one_of("J", joint), one_of("X", EXCLUSIVE), one_of("Y", other))

    assert displaced(snapshot) == {"Y": ("X",)}


def test_names_the_one_that_failed_before() -> None:
    snapshot = several(
        one_of("A"), one_of("off", is_active=False), one_of("B"), stacking_rules=StackingRules()
    )

    assert displaced(snapshot) == {"B": ("off",)}


def test_names_the_best_set_that_leaves_no_room() -> None:
    better = Candidate(key="better", discount=effects.parse({"type": "AMOUNT", "amount_off": 4000}))
    snapshot = several(one_of("X", EXCLUSIVE), one_of("A"), better, strategy=Strategy.BEST_FOR_CUSTOMER)

    assert displaced(snapshot) == {"X": ("A", "better")}


def sentence(snapshot: Snapshot, outcome: Outcome | None = None) -> str:
    (one,) = explain(snapshot, outcome or evaluate(snapshot), names=Names(currency="EUR"))
    return one.sentence


def test_sentences_say_what_was_gained() -> None:
    free = effects.parse({"type": "UNIT", "unit_off": 2, "unit_type": "prod_a"})

    assert sentence(several(one_of("A"))) == "A applies and takes 10.00 EUR off."
    assert (
        sentence(several(Candidate(key="A", discount=free), articles=strategies.ARTICLES))
        == "A applies and takes 14.00 EUR off and makes 2 units free."
    )
    nothing = Candidate(key="A", discount=effects.parse({"type": "AMOUNT", "amount_off": 0}))
    assert sentence(several(nothing)) == "A applies, but changes nothing on this order."
    assert sentence(Snapshot(now=NOW, candidates=(one_of("A"),))) == "A applies."


def test_sentences_say_why_something_is_left_out() -> None:
    skip = replace(PARTIAL, no_effect_skip_categories=("c",))
    nothing = Candidate(
        key="A",
        discount=effects.parse({"type": "AMOUNT", "amount_off": 0}),
        category=Category(id="c"),
    )

    assert (
        sentence(several(nothing, stacking_rules=skip))
        == "A is left out: Redeemable has no effect on the order."
    )


def test_conditions_show_what_was_there_at_their_turn() -> None:
    above = {"name": "order.amount", "conditions": {"$more_than": [9500]}}
    second = one_of("B", rules=(rules.parse({"id": "v", "rules": {"1": above}}),))

    found = told(several(one_of("A"), second))

    assert found[1].status is Status.INAPPLICABLE
    assert found[1].conditions[-1].actual == {"value": 9000}


def test_in_a_best_set_only_its_members_leave_no_room() -> None:
    above = {"name": "order.amount", "conditions": {"$more_than_or_equal": [10_000]}}
    big = Candidate(key="big", discount=effects.parse({"type": "AMOUNT", "amount_off": 3000}))
    first = one_of("first", rules=(rules.parse({"rules": {"1": above}}),))
    snapshot = several(big, first, one_of("X", EXCLUSIVE), strategy=Strategy.BEST_FOR_CUSTOMER)

    assert displaced(snapshot) == {"first": ("big",), "X": ("big",)}
