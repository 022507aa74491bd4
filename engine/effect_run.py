"""One candidate's effect on the running order. Contract: 6.5 step e, section 5."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from engine import bundles
from engine.applicability import Applicability
from engine.application import AppliedEntry, applied_entries, excluded_entries
from engine.basket import Line, OrderState
from engine.budgets import BudgetCut, BudgetUse
from engine.bundles import Bundle, BundleCount
from engine.caps import NO_CAPS, Caps
from engine.effects.turn import Note, Target, Turn
from engine.reasons import Reason
from engine.situation import Situation
from engine.stacking_rules import CalculationMode
from engine.unit_limits import DiscountedUnits, UnitUse, article_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Effected:
    """What an effect did. `order` is the running order after it, with `applied_*` of this step.

    With a `refusal` nothing was calculated and `order` is None. `applied`: money, units or credits moved.
    `bundle` counts the bundles of the first rule that asks for one; with no complete one nothing is applied.
    `units` feed the counters of discounted units, `unit_uses` say what was asked of limits on them, `added`
    are the facts of lines that were appended. `discounted_units` are all of them, free ones included.
    `budget_uses` say what was asked of each budget.
    """

    situation: Situation
    order: OrderState | None = None
    refusal: Reason | None = None
    applied: bool = False
    bundle: BundleCount | None = None
    credits_taken: int | None = None
    added: tuple[Line, ...] = ()
    targets: Applicability | None = None
    picks: Sequence[Target] | None = None
    notes: Sequence[Note] = ()
    unit_uses: Sequence[UnitUse] = ()
    discounted_units: int = 0
    budget_uses: Sequence[BudgetUse] = ()

    @property
    def units(self) -> tuple[DiscountedUnits, ...]:
        """How many units of which article were discounted under which entry, line by line."""
        lines = self.situation.lines
        return tuple(
            DiscountedUnits(entry=entry, article=article_of(lines[index]), units=units)
            for entry, index, units in self.notes
        )

    @property
    def cut(self) -> tuple[BudgetCut, ...]:
        """The budgets that had too little left."""
        return tuple(use.cut for use in self.budget_uses if use.is_cut) if self.budget_uses else ()

    @property
    def applicable_to(self) -> tuple[AppliedEntry, ...]:
        """The entries of the rule and the order lines they mean, for the answer; counted when asked for."""
        return applied_entries(self.situation, self.targets, self.picks)

    @property
    def inapplicable_to(self) -> tuple[AppliedEntry, ...]:
        """The excluded ones, likewise."""
        return excluded_entries(self.situation, self.targets)


def run(
    situation: Situation,
    *,
    mode: CalculationMode,
    barred_lines: Set[int] = frozenset(),
    caps: Caps = NO_CAPS,
) -> Effected:
    """Calculate the effect of `situation.candidate` on `situation.before`, within `caps`.

    `barred_lines` are indices of lines that no item discount may touch any more (ONCE, contract 6.5).
    """
    reason = missing_input(situation)
    if reason is not None:
        return Effected(situation=situation, refusal=reason)
    turn, bundle = _take_turn(situation, mode, barred_lines, caps)
    draft = turn.draft
    return Effected(
        situation=situation,
        order=draft.close(),
        applied=draft.has_changed or bool(turn.credits_taken),
        bundle=bundle,
        credits_taken=turn.credits_taken,
        added=tuple(draft.added),
        targets=turn.targets,
        picks=turn.picks,
        notes=turn.notes,
        unit_uses=() if turn.meter is None else turn.meter.uses,
        discounted_units=turn.discounted_units,
    )


def worth(situation: Situation, *, mode: CalculationMode, barred_lines: Set[int] = frozenset()) -> int | None:
    """What `run` would take off the order, in minor units, without the books; None = it would refuse."""
    if missing_input(situation) is not None:
        return None
    return _take_turn(situation, mode, barred_lines)[0].draft.taken


def missing_input(situation: Situation) -> Reason | None:
    """The input, the credits or the points that the effect lacks. Contract 7.2, checks 8 and 9."""
    discount = situation.candidate.discount
    return None if discount is None else discount.refusal(situation)


def targets_of(situation: Situation) -> Applicability | None:
    """`applicable_to` of the first rule that targets anything."""
    for rule in situation.candidate.rules:
        if not rule.applicable_to.is_empty:
            return rule.applicable_to
    return None


def bundle_of(situation: Situation) -> Bundle | None:
    """The bundle of the first rule that asks for one."""
    return next((rule.bundle for rule in situation.candidate.rules if rule.bundle is not None), None)


def _take_turn(
    situation: Situation, mode: CalculationMode, barred_lines: Set[int], caps: Caps = NO_CAPS
) -> tuple[Turn, BundleCount | None]:
    wanted = bundle_of(situation)
    bundle = None if wanted is None else bundles.count(wanted, situation)
    complete = 1 if bundle is None else bundle.quantity
    turn = Turn(situation, mode, targets_of(situation), barred_lines, complete, caps)
    if situation.candidate.discount is not None and complete:
        situation.candidate.discount.apply(turn)
    return turn, bundle
