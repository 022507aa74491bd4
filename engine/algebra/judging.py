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
from engine.snapshot import Candidate, Snapshot, Uses

_HOLDER: Final = "publication.redeemable_by_linked_customer"


def as_live(candidate: Candidate) -> Candidate:
    """The terms of `candidate` as somebody new meets them: switched on, unused, held by whoever asks.

    Counters that are known stay as they are, the others begin at zero.
    """
    counts: Mapping[str, Any] = candidate.counts
    asked = {
        rule.name: 0
        for rule_set in candidate.rules
        for rule in flat(rule_set.rules)
        if REGISTRY[rule.name].is_counter and rule.name not in counts
    }
    is_held = candidate.is_held_by_customer
    return replace(
        candidate,
        reason=None if candidate.discount is not None else candidate.reason,
        is_active=True,
        is_campaign_active=True,
        is_referrer=False,
        uses=Uses(),
        counts={**counts, **asked} if asked else counts,
        is_held_by_customer=True if is_held is None else is_held,
    )


def snapshot_of(witness: Witness, candidates: Sequence[Candidate], *, world: World) -> Snapshot:
    """What the engine decides on, under the project's stacking rules."""
    return Snapshot(
        now=witness.at,
        time_zone=world.zone,
        basket=witness.basket,
        customer=witness.customer,
        candidates=tuple(candidates),
        stacking_rules=world.stacking_rules,
        call=witness.call,
        articles=world.offered(candidates),
    )


def takes(candidate: Candidate, witness: Witness, *, world: World) -> Step | None:
    """What `candidate` alone does to the purchase; None when it does not apply, or changes nothing."""
    step = tried(candidate, witness, world=world)
    return step if changes(step) else None


def tried(candidate: Candidate, witness: Witness, *, world: World) -> Step:
    """The step of `candidate` alone, whatever becomes of it."""
    snapshot = replace(snapshot_of(witness, (candidate,), world=world), stacking_rules=world.judging)
    return evaluate(snapshot).steps[0]


def changes(step: Step) -> bool:
    """Does it apply and move money, units or credits?"""
    if step.status is not Status.APPLICABLE:
        return False
    return bool(step.credits_taken) or (step.order is not None and _has_moved(step.order))


def _has_moved(order: OrderState) -> bool:
    return order.total_applied_discount_amount > 0 or any(
        line.applied_discount_quantity or line.applied_quantity for line in order.lines
    )
