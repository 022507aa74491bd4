"""The production evaluator as the judge of a purchase: does this promotion alone give something?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from engine.algebra.shapes import Witness
from engine.algebra.world import World
from engine.basket import OrderState
from engine.evaluate import evaluate
from engine.outcome import Status, Step
from engine.rules.families import REGISTRY
from engine.rules.needs import flat
from engine.rules.operators import NEGATIVE
from engine.rules.tree import Condition, Operator
from engine.snapshot import Candidate, Snapshot, Uses
from engine.stacking_rules import StackingRules

_HOLDER: Final = "publication.redeemable_by_linked_customer"


def as_live(candidate: Candidate) -> Candidate:
    """The terms of `candidate` as somebody new meets them: switched on, unused, held by whoever asks.

    Counters of rules that are known stay as they are, the others and budgets begin at zero.
    """
    counts: Mapping[str, Any] = candidate.counts
    asked = {
        rule.name: 0
        for rule_set in candidate.rules
        for rule in flat(rule_set.rules)
        if REGISTRY[rule.name].is_counter and rule.name not in counts
    }
    return replace(
        candidate,
        reason=None if candidate.discount is not None else candidate.reason,
        is_active=True,
        is_campaign_active=True,
        is_referrer=False,
        uses=Uses(),
        counts={**counts, **asked} if asked else counts,
        budgets=tuple(replace(one, used=0, granted=0, subject_missing=False) for one in candidate.budgets),
        is_held_by_customer=is_held(candidate),
    )


def is_held(candidate: Candidate) -> bool | None:
    """Is it redeemed by whoever holds it? Not said = as its rules want it; None = nobody holds it."""
    if candidate.is_held_by_customer is not None:
        return candidate.is_held_by_customer
    asked = [
        condition
        for rule_set in candidate.rules
        for rule in flat(rule_set.rules)
        if rule.name == _HOLDER
        for condition in rule.conditions
    ]
    fitting = (flag for flag in (True, False, None) if all(holds_for(one, flag) for one in asked))
    return next(fitting, True)


def holds_for(condition: Condition, flag: bool | None) -> bool:
    """Does a fact that is true, false or unknown meet the condition?"""
    if flag is None:
        return condition.operator in NEGATIVE
    match condition.operator:
        case Operator.IS | Operator.IN:
            return any(one is flag for one in condition.operands)
        case Operator.IS_NOT | Operator.NOT_IN:
            return not any(one is flag for one in condition.operands)
    return condition.operator is Operator.HAS_VALUE


def snapshot_of(witness: Witness, candidates: Sequence[Candidate], *, world: World) -> Snapshot:
    """What the engine decides on, under the project's stacking rules."""
    return _snapshot(witness, tuple(candidates), world, world.stacking_rules)


def _snapshot(
    witness: Witness, candidates: tuple[Candidate, ...], world: World, stacking_rules: StackingRules
) -> Snapshot:
    return Snapshot(
        now=witness.at,
        time_zone=world.zone,
        basket=witness.basket,
        customer=witness.customer,
        candidates=candidates,
        stacking_rules=stacking_rules,
        call=witness.call,
        articles=world.offered(candidates),
    )


def takes(candidate: Candidate, witness: Witness, *, world: World) -> Step | None:
    """What `candidate` alone does to the purchase; None when it does not apply, or changes nothing."""
    step = tried(candidate, witness, world=world)
    return step if changes(step) else None


def tried(candidate: Candidate, witness: Witness, *, world: World) -> Step:
    """The step of `candidate` alone, whatever becomes of it."""
    return evaluate(_snapshot(witness, (candidate,), world, world.judging)).steps[0]


def changes(step: Step) -> bool:
    """Does it apply and move money, units or credits?"""
    if step.status is not Status.APPLICABLE:
        return False
    return bool(step.credits_taken) or (step.order is not None and _has_moved(step.order))


def _has_moved(order: OrderState) -> bool:
    return order.total_applied_discount_amount > 0 or any(
        line.applied_discount_quantity or line.applied_quantity for line in order.lines
    )
