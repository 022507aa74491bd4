"""The pipeline: one pass over the candidates in application order. Contract: 6.4, 6.5, 7.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from engine import stacking
from engine.basket import OrderState, apply_change, open_order, since
from engine.eligibility import refusal
from engine.outcome import Outcome, Status, Step
from engine.reasons import Reason, ReasonKey
from engine.snapshot import Candidate, Snapshot
from engine.stacking_rules import ApplicationMode, NoEffectRule, StackingRules, StackingType


def evaluate(snapshot: Snapshot) -> Outcome:
    """Decide about every candidate and calculate the order; equal snapshots give equal outcomes."""
    rules = snapshot.stacking_rules
    zone = ZoneInfo(snapshot.time_zone)
    opening = None if snapshot.basket is None else open_order(snapshot.basket)
    sequence = stacking.in_application_order(snapshot.candidates, rules)
    run = _Run(
        rules=rules,
        now=snapshot.now,
        zone=zone,
        order=opening,
        tally=stacking.Tally(rules),
        is_common_blocked=_has_valid_exclusive(sequence, snapshot.now, zone),
    )
    steps = tuple(run.take(candidate) for candidate in sequence)
    valid = _is_valid(steps, rules)
    final = None if opening is None or run.order is None or not valid else since(opening, run.order)
    return Outcome(valid=valid, steps=steps, order=final)


def _has_valid_exclusive(sequence: Sequence[Candidate], now: datetime, zone: tzinfo) -> bool:
    # Judged on the opening state: an EXCLUSIVE one behind a valid one no longer matters, and one behind
    # invalid ones meets an order that nobody has changed.
    return any(
        stacking.stacking_type(candidate) is StackingType.EXCLUSIVE
        and refusal(candidate, now=now, zone=zone) is None
        for candidate in sequence
    )


def _is_valid(steps: Sequence[Step], rules: StackingRules) -> bool:
    """ALL: nothing INAPPLICABLE, skipping does no harm. PARTIAL: something applies."""
    if rules.redeemables_application_mode is ApplicationMode.ALL:
        return all(step.status is not Status.INAPPLICABLE for step in steps)
    return any(step.status is Status.APPLICABLE for step in steps)


@dataclass(kw_only=True, slots=True)
class _Run:
    """The state of one pass; `order` is the running order."""

    rules: StackingRules
    now: datetime
    zone: tzinfo
    order: OrderState | None
    tally: stacking.Tally
    is_common_blocked: bool
    has_failed: bool = False

    def take(self, candidate: Candidate) -> Step:
        """Steps a to h of contract 6.5 for one candidate."""
        barred = self._barred(candidate)
        if barred is not None:
            return _step(candidate, Status.SKIPPED, reason=barred)
        refused = refusal(candidate, now=self.now, zone=self.zone)
        if refused is not None:
            self.has_failed = True
            return _step(candidate, Status.INAPPLICABLE, reason=refused)
        full = self.tally.limit_reached(candidate)
        if full is not None:
            return _step(candidate, Status.SKIPPED, reason=full)
        return self._apply(candidate)

    def _barred(self, candidate: Candidate) -> Reason | None:
        is_all = self.rules.redeemables_application_mode is ApplicationMode.ALL
        if is_all and self.has_failed:
            return stacking.skipped(
                ReasonKey.PRECEDING_VALIDATION, remedy="Remove the redeemable that failed"
            )
        if self.is_common_blocked and stacking.stacking_type(candidate) is None:
            return stacking.skipped(ReasonKey.EXCLUSION_RULES, remedy="Remove the exclusive redeemable")
        return None

    def _apply(self, candidate: Candidate) -> Step:
        order = self._discounted(candidate)
        if order is not None and order.amount is not None and not order.total_applied_discount_amount:
            # Without an amount nothing can be calculated, so "no effect" cannot be told (contract 4.1).
            rule = self.rules.no_effect_rule(candidate.category)
            if rule is NoEffectRule.SKIP:
                return _step(candidate, Status.SKIPPED, reason=stacking.skipped(ReasonKey.NO_EFFECT))
        self.order = order
        self.tally.add(candidate)
        return _step(candidate, Status.APPLICABLE, order=order)

    def _discounted(self, candidate: Candidate) -> OrderState | None:
        if self.order is None or candidate.discount is None:
            return self.order
        mode = self.rules.calculation_mode(candidate.category)
        return apply_change(self.order, candidate.discount.change(self.order, mode))


def _step(
    candidate: Candidate, status: Status, *, reason: Reason | None = None, order: OrderState | None = None
) -> Step:
    return Step(key=candidate.key, object=candidate.object, status=status, reason=reason, order=order)
