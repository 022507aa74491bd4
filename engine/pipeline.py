"""One pass over candidates in application order. Contract: 6.4, 6.5."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Self
from zoneinfo import ZoneInfo

from engine import budget_run, counting, effect_run, eligibility, rules, stacking, stops
from engine.basket import Line, OrderState, open_order, since
from engine.bundles import BundleCount
from engine.effect_run import Effected
from engine.effects import DiscountType
from engine.outcome import Outcome, Status, Step
from engine.reasons import Reason, ReasonKey
from engine.situation import Situation
from engine.snapshot import Candidate, Snapshot
from engine.stacking_rules import ApplicationMode, NoEffectRule, ProductsMode, StackingRules, StackingType


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What became of one candidate on its own: `reason` when it may not be used, else its effect.

    `is_late`: only the result of the effect broke a rule or a budget (contract 6.5 f, after the limits of d).
    """

    situation: Situation
    effected: Effected | None = None
    reason: Reason | None = None
    is_late: bool = False
    bundle: BundleCount | None = None


@dataclass(kw_only=True, slots=True)
class Run:
    """The state of one pass. `order` is the running order, `lines` its facts; `discounted` are lines that an
    item discount of this pass has touched, `saved` what it saves so far: discount and free units.
    `has_common`: a Common one applies, beside which no EXCLUSIVE one may stand. `used` is what the steps so
    far used of the `shared` counters.
    """

    snapshot: Snapshot
    zone: tzinfo
    omit: frozenset[str]
    order: OrderState | None
    lines: tuple[Line, ...]
    tally: stacking.Tally
    shared: counting.Shared | None = None
    used: counting.Used = field(default_factory=dict)
    is_common_blocked: bool = False
    has_common: bool = False
    has_failed: bool = False
    discounted: frozenset[int] = frozenset()
    saved: tuple[int, int] = (0, 0)

    @classmethod
    def open(cls, snapshot: Snapshot, omit: frozenset[str] = frozenset()) -> Self:
        """Before the first candidate."""
        basket = snapshot.basket
        return cls(
            snapshot=snapshot,
            zone=ZoneInfo(snapshot.time_zone),
            omit=omit,
            order=None if basket is None else open_order(basket),
            lines=() if basket is None else basket.lines,
            tally=stacking.Tally(snapshot.stacking_rules),
            shared=counting.shared(snapshot.candidates),
        )

    def copy(self) -> Self:
        """The same state, to go on from here in another direction."""
        return replace(self, tally=self.tally.copy())

    @property
    def rules(self) -> StackingRules:
        return self.snapshot.stacking_rules

    def block_common(self, sequence: Iterable[Candidate]) -> None:
        """An EXCLUSIVE candidate that is valid on its own keeps every Common one out (contract 6.4).

        Judged on the opening state: an EXCLUSIVE one behind a valid one no longer matters, and one behind
        invalid ones meets an order that nobody has changed.
        """
        self.is_common_blocked = any(
            stacking.stacking_type(candidate) is StackingType.EXCLUSIVE
            and self.judge(candidate).reason is None
            for candidate in sequence
        )

    def take(self, candidate: Candidate) -> Step:
        """Steps a to h of contract 6.5 for one candidate."""
        barred = self._barred(candidate)
        if barred is not None:
            return _step(candidate, Status.SKIPPED, reason=barred)
        judged = self.judge(candidate)
        if judged.reason is not None and not judged.is_late:
            return self._refused(candidate, judged)
        full = self._displaced(candidate) or self.tally.limit_reached(candidate)
        if full is not None:
            return _step(candidate, Status.SKIPPED, reason=full)
        if judged.reason is not None:
            return self._refused(candidate, judged)
        effected = judged.effected
        if effected is None or self._is_skipped_without_effect(candidate, effected):
            return _step(candidate, Status.SKIPPED, reason=stacking.skipped(ReasonKey.NO_EFFECT))
        return self.apply(candidate, effected)

    def situation(self, candidate: Candidate) -> Situation:
        """`candidate` at this moment, its counters with what the steps before used of them."""
        if self.used:
            candidate = counting.with_used(candidate, self.used)
        return Situation(
            snapshot=self.snapshot, candidate=candidate, zone=self.zone, before=self.order, lines=self.lines
        )

    def judge(self, candidate: Candidate) -> Judged:
        """Contract 7.2 in its order, then the rules on the result (6.5 c, e, f)."""
        situation = self.situation(candidate)
        reason = eligibility.refusal(candidate, self.snapshot, zone=self.zone)
        if reason is not None:
            return Judged(situation=situation, reason=reason)
        mode = self.rules.calculation_mode(candidate.category)
        barred = self._barred_lines()
        effected = effect_run.run(situation, mode=mode, barred_lines=barred)
        reason = effected.refusal or eligibility.late_refusal(candidate)
        bundle = effected.bundle
        if reason is None:
            reason = self._rule_broken(situation) or self._stopped(effected)
        if reason is None and candidate.budgets:
            reason = budget_run.subject_refusal(candidate)
        if reason is not None:
            return Judged(situation=situation, reason=reason, bundle=bundle)
        if candidate.budgets:
            effected, reason = budget_run.within(
                effected,
                lambda caps: effect_run.run(situation, mode=mode, barred_lines=barred, caps=caps),
            )
        if reason is None and any(rules.is_about_result(rule) for rule in candidate.rules):
            situation = replace(situation, after=effected.order)
            reason = self._rule_broken(situation)
        return Judged(
            situation=situation, effected=effected, reason=reason, is_late=reason is not None, bundle=bundle
        )

    def _barred(self, candidate: Candidate) -> Reason | None:
        is_all = self.rules.redeemables_application_mode is ApplicationMode.ALL
        if is_all and self.has_failed:
            return stacking.skipped(
                ReasonKey.PRECEDING_VALIDATION, remedy="Remove the redeemable that failed"
            )
        if self.is_common_blocked and stacking.stacking_type(candidate) is None:
            return stacking.skipped(ReasonKey.EXCLUSION_RULES, remedy="Remove the exclusive redeemable")
        return None

    def _displaced(self, candidate: Candidate) -> Reason | None:
        """An EXCLUSIVE one that only the discounts of Common ones made valid does not join them."""
        if self.has_common and stacking.stacking_type(candidate) is StackingType.EXCLUSIVE:
            return stacking.skipped(
                ReasonKey.EXCLUSION_RULES, remedy="Remove the redeemables that may not stand beside it"
            )
        return None

    def _barred_lines(self) -> frozenset[int]:
        """ONCE: lines of products that an earlier redeemable discounted at item level."""
        if not self.discounted or self.rules.redeemables_products_application_mode is ProductsMode.STACK:
            return frozenset()
        articles = {_article(self.lines[index]) for index in self.discounted} - {None}
        same = {index for index, line in enumerate(self.lines) if _article(line) in articles}
        return self.discounted | same

    def _rule_broken(self, situation: Situation) -> Reason | None:
        candidate = situation.candidate
        for rule in candidate.rules:
            verdict = rules.judge(rule, situation, omit=self.omit)
            if verdict.holds is False:
                return rules.refusal(
                    verdict, label=candidate.label or candidate.key, object=_noun_of(candidate)
                )
        return None

    def _stopped(self, effected: Effected) -> Reason | None:
        """It touches an article that operations stopped. What a card pays is no discount."""
        if not self.snapshot.stops or effected.credits_taken is not None:
            return None
        candidate = effected.situation.candidate
        return stops.refusal(
            effected.order,
            (*effected.situation.lines, *effected.added),
            self.snapshot.stops,
            label=candidate.label or candidate.key,
            now=self.snapshot.now,
            zone=self.zone,
        )

    def _refused(self, candidate: Candidate, judged: Judged) -> Step:
        self.has_failed = True
        return _step(candidate, Status.INAPPLICABLE, reason=judged.reason, bundle=judged.bundle)

    def _is_skipped_without_effect(self, candidate: Candidate, effected: Effected) -> bool:
        """Without an amount nothing can be calculated, so "no effect" cannot be told (contract 4.1)."""
        if effected.applied or self.order is None or self.order.amount is None:
            return False
        return self.rules.no_effect_rule(candidate.category) is NoEffectRule.SKIP

    def apply(self, candidate: Candidate, effected: Effected) -> Step:
        """Go on with the effect of `candidate`, which was judged at this moment."""
        if self.shared is not None:
            result = replace(effected.situation, after=effected.order)
            self.used = counting.after_step(
                self.shared, self.used, result, units=effected.units, budgets=effected.budget_uses
            )
        self.order = effected.order
        self.lines += effected.added
        if effected.order is not None:
            self._count_savings(effected.order)
        self.tally.add(candidate)
        self.has_common = self.has_common or stacking.stacking_type(candidate) is None
        return Step(
            key=candidate.key,
            object=candidate.object,
            status=Status.APPLICABLE,
            order=effected.order,
            bundle=effected.bundle,
            applicable_to=effected.applicable_to,
            inapplicable_to=effected.inapplicable_to,
            credits_taken=effected.credits_taken,
            units=effected.units,
            added=effected.added,
            cut=effected.cut,
        )

    def _count_savings(self, order: OrderState) -> None:
        discount, units = self.saved
        touched = [
            index
            for index, line in enumerate(order.lines)
            if line.applied_discount_amount or line.applied_discount_quantity
        ]
        self.discounted |= frozenset(touched)
        free = sum(order.lines[index].applied_discount_quantity for index in touched)
        self.saved = (discount + order.total_applied_discount_amount, units + free)


def pass_through(snapshot: Snapshot, omit: frozenset[str] = frozenset()) -> Outcome:
    """The outcome of one pass over all candidates."""
    sequence = stacking.in_application_order(snapshot.candidates, snapshot.stacking_rules)
    opening = Run.open(snapshot, omit)
    run = opening.copy()
    run.block_common(sequence)
    steps = tuple(run.take(candidate) for candidate in sequence)
    valid = is_valid(steps, snapshot.stacking_rules)
    return Outcome(valid=valid, steps=steps, order=finished(opening, run) if valid else None)


def finished(opening: Run, closing: Run) -> OrderState | None:
    """The order after the whole pass, with `applied_*` since its beginning."""
    if opening.order is None or closing.order is None:
        return None
    return since(opening.order, closing.order)


def is_valid(steps: Sequence[Step], rules: StackingRules) -> bool:
    """ALL: nothing INAPPLICABLE, skipping does no harm. PARTIAL: something applies."""
    if rules.redeemables_application_mode is ApplicationMode.ALL:
        return all(step.status is not Status.INAPPLICABLE for step in steps)
    return any(step.status is Status.APPLICABLE for step in steps)


def _article(line: Line) -> str | None:
    return line.product_id or line.product_source_id or line.sku_id or line.sku_source_id or line.source_id


def _noun_of(candidate: Candidate) -> str:
    """What it is called in a refusal."""
    is_card = candidate.discount is not None and candidate.discount.type is DiscountType.GIFT
    return "gift" if is_card else candidate.object


def _step(
    candidate: Candidate, status: Status, *, reason: Reason | None = None, bundle: BundleCount | None = None
) -> Step:
    return Step(key=candidate.key, object=candidate.object, status=status, reason=reason, bundle=bundle)
