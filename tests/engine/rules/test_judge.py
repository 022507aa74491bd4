"""Quick answer and explanation are one decision. Contract: section 11."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import effects, rules
from engine.basket import Line
from engine.rules import BUNDLE, Verdict, judge, parse
from engine.rules.families import REGISTRY
from engine.rules.logic import parse_logic, satisfied
from engine.rules.verdict import LeafVerdict
from engine.situation import Situation
from engine.snapshot import Candidate, Snapshot
from tests.engine.rules.building import CART, rule, rule_set, situation
from tests.engine.rules.strategies import rule_wires, situations

YES, NO = rule("order.amount", {"$more_than": [1]}), rule("order.amount", {"$more_than": [10**9]})
LATER = rule("order.total_amount", {"$more_than": [10**9]})


def whole(verdict: Verdict) -> bool:
    """The logic over the leaves, computed again from what the explanation says."""
    return _joined(verdict.logic, verdict.leaves)


def _joined(logic: str, leaves: tuple[LeafVerdict, ...]) -> bool:
    by_key = {leaf.key: leaf.holds is not False for leaf in leaves}
    return satisfied(parse_logic(logic, by_key), by_key.__getitem__)


@given(rule_wires, situations)
def test_the_explanation_agrees_with_the_decision(wire: dict[str, Any], at: Situation) -> None:
    found = parse(wire)
    verdict = judge(found, at, full=True)

    assert verdict.holds is rules.holds(found, at) is whole(verdict)
    assert judge(found, at).holds is verdict.holds
    for leaf in verdict.leaves:
        assert bool(leaf.gap) <= (leaf.holds is False)
    failing = rules.first_failing(found, at)
    if verdict.holds:
        assert failing is None
    else:
        assert failing is not None
        assert verdict.first_failing is not None
        assert failing.key == verdict.first_failing.key
        reason = rules.refusal(verdict, label="CODE")
        assert reason.key in ({leaf.group.value for leaf in verdict.leaves} | {"missing_customer"})


@given(rule_wires, situations)
def test_children_explain_their_rule(wire: dict[str, Any], at: Situation) -> None:
    for leaf in judge(parse(wire), at, full=True).leaves:
        if leaf.children and leaf.holds and not REGISTRY[leaf.name].is_negation:
            assert _joined(leaf.logic, leaf.children) is True


@given(rule_wires, situations)
def test_verdict_and_rules_go_to_json_and_back(wire: dict[str, Any], at: Situation) -> None:
    found = parse(wire)
    verdict = judge(found, at, full=True)

    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict
    assert parse(json.loads(json.dumps(found.to_json()))) == found


@given(rule_wires, situations, st.sets(st.sampled_from(sorted(REGISTRY))))
def test_leaving_rules_out_never_refuses(wire: dict[str, Any], at: Situation, omit: set[str]) -> None:
    found = parse(wire)

    left_out = judge(found, at, omit=frozenset(omit), full=True)
    assert left_out.holds >= rules.holds(found, at)
    for leaf in left_out.leaves:
        assert (leaf.holds is None) or leaf.name not in omit
    assert rules.holds(found, at, frozenset(REGISTRY)) is True


def test_a_candidate_travels_with_its_rules() -> None:
    candidate = Candidate(
        key="A",
        discount=effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ORDER", "amount_off": 1}),
        rules=(rule_set(YES, NO, logic="1 or 2", name="both"),),
    )
    snapshot = Snapshot(now=datetime(2026, 1, 1, tzinfo=UTC), candidates=(candidate,))

    assert Snapshot.from_json(json.loads(json.dumps(snapshot.to_json()))) == snapshot


def test_a_plain_verdict_that_holds_has_no_leaves() -> None:
    assert judge(rule_set(YES), situation()).leaves == ()
    assert [leaf.holds for leaf in judge(rule_set(YES), situation(), full=True).leaves] == [True]
    assert [leaf.holds for leaf in judge(rule_set(YES, NO, YES), situation()).leaves] == [True, False, True]


def test_undecided_counts_as_true() -> None:
    verdict = judge(rule_set(YES, LATER), situation(), full=True)

    assert (verdict.holds, verdict.undecided) == (True, ("2",))
    assert judge(rule_set(LATER), situation(), full=True).leaves[0].actual == {}
    decided = replace(situation(), after=situation().before)
    assert judge(rule_set(YES, LATER), decided).holds is False


def test_omitted_rules_are_named() -> None:
    verdict = judge(rule_set(NO, YES), situation(), omit=frozenset({"order.amount"}), full=True)

    assert (verdict.holds, verdict.undecided) == (True, ("1", "2"))
    inner = rule("order.items.any", {}, rules={"1": rule("order.items.price", {"$is": [1]})})
    assert rules.holds(rule_set(inner), situation()) is False
    assert rules.holds(rule_set(inner), situation(), frozenset({"order.items.price"})) is True
    inner = rule("order.items.none", {}, rules={"1": rule("order.items.price", {"$is": [1000]})})
    assert rules.holds(rule_set(inner), situation()) is False
    assert rules.holds(rule_set(inner), situation(), frozenset({"order.items.price"})) is True


def test_only_rules_of_the_logic_are_explained() -> None:
    verdict = judge(rule_set(NO, YES, NO, logic="2 or 3"), situation(), full=True)

    assert [leaf.key for leaf in verdict.leaves] == ["2", "3"]
    assert verdict.logic == "2 or 3"


def test_quick_answers_stop_early() -> None:
    class Watched(dict[str, Any]):
        asked = 0

        def get(self, key: str, default: Any = None) -> Any:
            Watched.asked += 1
            return super().get(key, default)

    at = situation(order_metadata=Watched({"a": 1}))
    asks = rule("order.metadata", {"$is": [1]}, property="a")
    Watched.asked = 0

    assert rules.holds(rule_set(NO, asks, asks), at) is False
    assert Watched.asked == 0
    assert rules.holds(rule_set(asks, asks, asks, logic="1 or 2 or 3"), at) is True
    assert Watched.asked == 1


def bundle(quantity: int, limit: int = 1) -> dict[str, Any]:
    units = {"name": "order.items.aggregated_quantity", "conditions": {"$is": [quantity]}}
    mug = {
        "name": "order.items.any",
        "conditions": {"$is": [{"id": "prod_mug", "object": "product", "name": "Mug"}]},
    }
    return {"limit": limit, "1": {**mug, "rules": {"1": units}}}


def test_a_bundle_must_be_complete() -> None:
    two, three = rule_set(YES, bundle_rules=bundle(2)), rule_set(YES, bundle_rules=bundle(3))

    assert rules.holds(two, situation()) is True
    assert rules.holds(three, situation()) is False
    assert rules.holds(three, situation(), frozenset({BUNDLE})) is True
    assert rules.first_failing(three, situation()) is None
    verdict = judge(three, situation())
    assert verdict.bundle is not None
    assert (verdict.bundle.quantity, verdict.first_failing) == (0, None)
    reason = rules.refusal(verdict, label="CODE")
    assert (reason.key.value, reason.details) == ("order_rules_violated", "CODE: the bundle is not complete")
    assert reason.remedy == "Add one more Mug"


def test_cost_is_lines_times_conditions() -> None:
    one, many = situation(CART), situation([replace(line, quantity=10**9) for line in CART])
    only = rule_set(
        rule("order.items.any", {"$is": ["pc_ADV"]}, rules={"1": rule("order.items.quantity", {"$is": [1]})})
    )

    assert rules.holds(only, one) is rules.holds(only, many) is False
    assert rules.holds(only, situation([Line(quantity=1, collections=("pc_ADV",))] * 500)) is True
