"""The set of redeemables that saves the customer most: exact branch and bound over the legal sets.

A set is legal when each of its members applies at its turn, in the project's application order, within the
limits and exclusions of stacking. What counts is the discount of the whole request, then the free units (free
shipping has no price). Redeemables that would change nothing are left out; between equal sets the one that
holds what was asked for first wins.

The search is measured in steps, not in seconds: the engine has no clock, and a replay must stop where the
decision stopped. When it stops early, `gap` says how much more the unseen sets could save at most.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from engine import stacking
from engine.bounds import Bound, suffixes
from engine.outcome import Outcome, Status, Step
from engine.pipeline import Run, finished
from engine.reasons import Reason, ReasonKey
from engine.snapshot import Candidate, Snapshot
from engine.stacking_rules import StackingType

SEARCH_LIMIT: Final = 20_000
"""Steps of one search: enough for about 12 redeemables whatever they are, and for far more ordinary ones."""

type Score = tuple[int, int]
"""Discount, free units."""


def evaluate_best(
    snapshot: Snapshot, omit: frozenset[str] = frozenset(), *, limit: int = SEARCH_LIMIT
) -> Outcome:
    """The outcome of the best legal set; never worse than what the greedy pass applies.

    What was not chosen is INAPPLICABLE when it may not be used at all, else SKIPPED.
    """
    sequence = stacking.in_application_order(snapshot.candidates, snapshot.stacking_rules)
    search = _Search(sequence=sequence, suffix=(), left=limit)
    opening = Run.open(snapshot, omit)
    search.suffix = suffixes(opening, sequence)
    search.consider(opening, _greedy(opening, sequence))
    search.visit(opening, 0, (), _Kinds())
    return _outcome(opening, sequence, search)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kinds:
    """Which kinds stand in the set: Common and EXCLUSIVE ones never do together (contract 6.2)."""

    has_common: bool = False
    has_exclusive: bool = False

    def with_(self, candidate: Candidate) -> _Kinds | None:
        """With one more; None when it may not join."""
        kind = stacking.stacking_type(candidate)
        if kind is StackingType.JOINT:
            return self
        if kind is StackingType.EXCLUSIVE:
            return None if self.has_common else _Kinds(has_exclusive=True)
        return None if self.has_exclusive else _Kinds(has_common=True)


@dataclass(kw_only=True, slots=True)
class _Search:
    """Depth first, with before without. `best` are places in `sequence`; `unseen` bounds what was cut off."""

    sequence: list[Candidate]
    suffix: tuple[Bound, ...]
    left: int
    best: tuple[int, ...] = ()
    score: Score = (0, 0)
    unseen: Score | None = field(default=None)

    def consider(self, opening: Run, chosen: tuple[int, ...]) -> None:
        """Start from a set that is known to be legal."""
        run = opening.copy()
        for place in chosen:
            run.take(self.sequence[place])
        self.best, self.score = chosen, run.saved

    def visit(self, run: Run, place: int, chosen: tuple[int, ...], kinds: _Kinds) -> None:
        if run.saved > self.score:
            self.best, self.score = chosen, run.saved
        if place == len(self.sequence):
            return
        most = self.suffix[place].over(run)
        if most <= self.score:
            return
        if self.left <= 0:
            self.unseen = most if self.unseen is None else max(self.unseen, most)
            return
        self.left -= 1
        candidate = self.sequence[place]
        joined = kinds.with_(candidate)
        if joined is not None:
            ahead = run.copy()
            if ahead.take(candidate).status is Status.APPLICABLE and ahead.saved > run.saved:
                self.visit(ahead, place + 1, (*chosen, place), joined)
        self.visit(run, place + 1, chosen, kinds)

    @property
    def gap(self) -> int:
        """How much more an unseen set could save at most; 0 when the best one is proven."""
        return 0 if self.unseen is None else max(0, self.unseen[0] - self.score[0])


def _greedy(opening: Run, sequence: list[Candidate]) -> tuple[int, ...]:
    """What the ordinary pass applies when it leaves out whatever fails."""
    run = opening.copy()
    run.block_common(sequence)
    chosen = []
    for place, candidate in enumerate(sequence):
        run.has_failed = False
        before = run.saved
        ahead = run.copy()
        if ahead.take(candidate).status is Status.APPLICABLE and ahead.saved > before:
            run = ahead
            chosen.append(place)
    return tuple(chosen)


def _outcome(opening: Run, sequence: list[Candidate], search: _Search) -> Outcome:
    run = opening.copy()
    taken = {place: run.take(sequence[place]) for place in search.best}
    steps = tuple(
        taken[place] if place in taken else _left_out(opening, run, candidate)
        for place, candidate in enumerate(sequence)
    )
    valid = bool(taken)
    return Outcome(valid=valid, steps=steps, order=finished(opening, run) if valid else None, gap=search.gap)


def _left_out(opening: Run, closing: Run, candidate: Candidate) -> Step:
    """Why a candidate is not in the set: refused on its own, no room beside the set, or a better set."""
    alone = opening.judge(candidate)
    if alone.reason is not None:
        return Step(
            key=candidate.key,
            object=candidate.object,
            status=Status.INAPPLICABLE,
            reason=alone.reason,
            bundle=alone.bundle,
        )
    closing = closing.copy()
    closing.has_failed = False
    before = closing.saved
    step = closing.take(candidate)
    if step.status is Status.SKIPPED:
        return step
    gain = closing.saved > before and step.status is Status.APPLICABLE
    return Step(
        key=candidate.key, object=candidate.object, status=Status.SKIPPED, reason=_outbid(is_useful=gain)
    )


def _outbid(*, is_useful: bool) -> Reason:
    if is_useful:
        details = "It may not stand beside the chosen ones, which together save more"
        return stacking.skipped(ReasonKey.EXCLUSION_RULES, details=details)
    return stacking.skipped(
        ReasonKey.NO_EFFECT,
        details="Beside the chosen ones, which together save more, it would change nothing",
    )
