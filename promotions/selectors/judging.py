"""One redeemable alone against a scenario: does it qualify, and what would the order look like?

Contract: semantics-core 19.1. Pure: everything was loaded before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from engine import Candidate, Line, ReasonKey, Snapshot, Status, Step, effects, eligibility, evaluate
from engine.applicability import groups
from engine.basket import open_order
from engine.effects import DiscountEffect, DiscountType
from engine.rules import RuleSet
from engine.rules import holds as rule_holds
from engine.rules.families import REGISTRY
from engine.rules.logic import named
from engine.rules.tree import Rule
from engine.situation import Situation
from promotions.selectors.offers import asks_customer
from promotions.selectors.scenarios import PRODUCT_RULES, ProductTest, Scope


def judge(candidate: Candidate, query: Snapshot, scope: Scope) -> Step | None:
    """The step of `candidate` on its own, None when it does not qualify. `query` has no candidates.

    Without a customer nothing is offered that depends on one (contract 19.1).
    """
    if query.customer is None and scope.asks_customer and any(map(asks_customer, candidate.rules)):
        return None
    if scope.is_exact:
        step = _alone(candidate, query, scope)
        return step if step.status is Status.APPLICABLE else None
    if not (concerns_articles(candidate, query, scope) and _rules_hold(candidate, query, scope)):
        return None
    step = _alone(candidate, query, scope)
    if step.status is Status.APPLICABLE:
        return step
    if step.reason is not None and step.reason.key is ReasonKey.EMERGENCY_STOP:
        return None
    return Step(key=candidate.key, object=candidate.object, status=Status.APPLICABLE, bundle=step.bundle)


def judge_stack(candidates: Sequence[Candidate], query: Snapshot, scope: Scope) -> tuple[Step, ...] | None:
    """The steps of the tiers of a stack, one after the other; None when one of them refuses."""
    if query.customer is None and any(asks_customer(rules) for one in candidates for rules in one.rules):
        return None
    outcome = evaluate(replace(query, candidates=tuple(candidates)), omit=scope.omit)
    refused = outcome.with_status(Status.INAPPLICABLE)
    return None if refused or not outcome.with_status(Status.APPLICABLE) else outcome.steps


def concerns_articles(candidate: Candidate, query: Snapshot, scope: Scope) -> bool:
    """Has it to do with the articles of the order, as far as the scenario wants that?"""
    lines = () if query.basket is None else query.basket.lines
    match scope.product_test:
        case ProductTest.NONE:
            return True
        case ProductTest.DISCOUNTED:
            return _discounts_one(candidate, lines)
        case ProductTest.ASKED_OR_DISCOUNTED:
            return bool(lines) and (_asks_for_one(candidate) or _discounts_one(candidate, lines))


def _rules_hold(candidate: Candidate, query: Snapshot, scope: Scope) -> bool:
    """Whatever the effect would be."""
    zone, basket = ZoneInfo(query.time_zone), query.basket
    if eligibility.refusal(candidate, query, zone=zone) is not None:
        return False
    situation = Situation(
        snapshot=query,
        candidate=candidate,
        zone=zone,
        before=None if basket is None else open_order(basket),
        lines=() if basket is None else basket.lines,
    )
    return all(rule_holds(rules, situation, scope.omit) for rules in candidate.rules)


def omitted(rules: RuleSet, scope: Scope) -> list[str]:
    """Keys of the rules that were not asked, for `validation_omitted_rules`."""
    return [rule.key for rule in _top(rules) if rule.name in scope.omit]


def _top(rules: RuleSet) -> tuple[Rule, ...]:
    return tuple(named(rules.logic, {rule.key: rule for rule in rules.rules}))


def _alone(candidate: Candidate, query: Snapshot, scope: Scope) -> Step:
    return evaluate(replace(query, candidates=(candidate,)), omit=scope.omit).steps[0]


def _asks_for_one(candidate: Candidate) -> bool:
    return any(
        rule.name in PRODUCT_RULES and not REGISTRY[rule.name].is_negation
        for rules in candidate.rules
        for rule in _top(rules)
    )


def _discounts_one(candidate: Candidate, lines: tuple[Line, ...]) -> bool:
    """Does the discount lower the price of a line, or is what it gives away in the order?"""
    discount = candidate.discount
    if discount is None or discount.effect is DiscountEffect.APPLY_TO_ORDER:
        return False
    if discount.type is DiscountType.UNIT:
        wire = effects.to_wire(discount)
        given = {part.get("unit_type") for part in (wire, *wire.get("units", ()))} - {None}
        if given:
            return any(given & _names(line) for line in lines)
    targets = next((r.applicable_to for r in candidate.rules if not r.applicable_to.is_empty), None)
    return targets is not None and any(group.indices for group in groups(targets, lines))


def _names(line: Line) -> set[str | None]:
    return {line.product_id, line.sku_id, line.product_source_id, line.sku_source_id}
