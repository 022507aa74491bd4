"""The set of redeemables that saves the customer most: exact branch and bound over the legal sets.

A set is legal when each of its members applies at its turn, in the project's application order, within the
limits and exclusions of stacking. What counts is the discount of the whole request, then the free units (free
shipping has no price). Redeemables that would change nothing are left out; between equal sets the one that
holds what was asked for first wins. Without an amount nothing can be compared: then all are tried as asked.

The search is measured in steps, not in seconds: the engine has no clock, and a replay must stop where the
decision stopped. When it stops early, `gap` says how much more the unseen sets could save at most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from engine import stacking
from engine.bounds import Bound, suffixes, worths
from engine.left_out import left_out
from engine.outcome import Outcome, Status
from engine.pipeline import Run, finished, pass_through
from engine.snapshot import Candidate, Snapshot
from engine.stacking_rules import StackingType

SEARCH_LIMIT: Final = 20_000
"""Steps of one search: enough for about 12 redeemables whatever they are, and for far more ordinary ones."""

type Score = tuple[int, int]
"""Discount, free units."""

type Chosen = tuple[int, ...]
"""Places in the sequence, ascending."""


def evaluate_best(
    snapshot: Snapshot, omit: frozenset[str] = frozenset(), *, limit: int = SEARCH_LIMIT
) -> Outcome:
    """The outcome of the best legal set; never worse than what the greedy pass applies.

    What was not chosen is INAPPLICABLE when it may not be used at all, else SKIPPED.
    """
    sequence = stacking.in_application_order(snapshot.candidates, snapshot.stacking_rules)
    opening = Run.open(snapshot, omit)
    search = _Search.prepare(opening, sequence, limit)
    search.start_from(_greedy(opening, sequence))
    search.start_from(search.by_worth())
    search.visit(opening, 0, (), _Kinds())
    if not search.best and (opening.order is None or opening.order.amount is None):
        return replace(pass_through(snapshot, omit), gap=0)
    return _outcome(search)


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
    """Depth first, with before without. `is_seed`: the best one so far was guessed, so that an equal one that
    the search meets is preferred. `unseen` bounds what was cut off.

    `without_exclusive` and `without_common` are the bounds from each place on, for either kind of set.
    """

    opening: Run
    sequence: list[Candidate]
    most: tuple[int, ...]
    without_exclusive: tuple[Bound, ...]
    without_common: tuple[Bound, ...]
    left: int
    best: Chosen = ()
    score: Score = (0, 0)
    is_seed: bool = False
    unseen: Score | None = None

    @classmethod
    def prepare(cls, opening: Run, sequence: list[Candidate], limit: int) -> _Search:
        found = worths(opening, sequence)
        payable = 0 if opening.order is None else opening.order.total_amount or 0

        def is_of(*kinds: StackingType | None) -> tuple[Bound, ...]:
            return suffixes(sequence, found, lambda candidate: stacking.stacking_type(candidate) in kinds)

        return cls(
            opening=opening,
            sequence=sequence,
            most=tuple(one.alone(payable) for one in found),
            without_exclusive=is_of(None, StackingType.JOINT),
            without_common=is_of(StackingType.EXCLUSIVE, StackingType.JOINT),
            left=limit,
        )

    def start_from(self, chosen: Chosen) -> None:
        """Keep a guess when it is legal and better."""
        run = self._after(chosen)
        if run is not None and run.saved > self.score:
            self.best, self.score, self.is_seed = chosen, run.saved, True

    def by_worth(self) -> Chosen:
        """Those that save most on their own, as long as each of them adds something."""
        chosen: Chosen = ()
        saved = (0, 0)
        for place in sorted(range(len(self.sequence)), key=lambda place: -self.most[place]):
            wider = tuple(sorted((*chosen, place)))
            run = self._after(wider)
            if run is not None and run.saved > saved:
                chosen, saved = wider, run.saved
        return chosen

    def visit(self, run: Run, place: int, chosen: Chosen, kinds: _Kinds) -> None:
        """Everything that can still join `chosen` from `place` on."""
        if run.saved > self.score or (self.is_seed and run.saved == self.score):
            self.best, self.score, self.is_seed = chosen, run.saved, False
        room = run.snapshot.stacking_rules.applicable_redeemables_limit - len(chosen)
        if place == len(self.sequence) or room <= 0:
            return
        most = self._bound(run, place, room, kinds)
        if most < self.score or (most == self.score and not self.is_seed):
            return
        if self.left <= 0:
            self.unseen = most if self.unseen is None else max(self.unseen, most)
            return
        self.left -= 1
        candidate = self.sequence[place]
        joined = kinds.with_(candidate)
        ahead = None if joined is None else _with(run, candidate)
        if ahead is None or joined is None:
            self.visit(run, place + 1, chosen, kinds)
        elif ahead.saved > run.saved:
            self.visit(ahead, place + 1, (*chosen, place), joined)
            self.visit(run, place + 1, chosen, kinds)
        else:  # it saves nothing, but what it changes may open the way for another
            self.visit(run, place + 1, chosen, kinds)
            self.visit(ahead, place + 1, (*chosen, place), joined)

    def _bound(self, run: Run, place: int, room: int, kinds: _Kinds) -> Score:
        bounds = []
        if not kinds.has_exclusive:
            bounds.append(self.without_exclusive[place].over(run, room))
        if not kinds.has_common:
            bounds.append(self.without_common[place].over(run, room))
        return max(bounds)

    def _after(self, chosen: Chosen) -> Run | None:
        """After these, one by one; None when they are no legal set."""
        run, kinds = self.opening, _Kinds()
        for place in chosen:
            joined = kinds.with_(self.sequence[place])
            ahead = None if joined is None else _with(run, self.sequence[place])
            if ahead is None or joined is None:
                return None
            run, kinds = ahead, joined
        return run

    @property
    def gap(self) -> int:
        """How much more an unseen set could save at most; 0 when the best one is proven."""
        return 0 if self.unseen is None else max(0, self.unseen[0] - self.score[0])


def _with(run: Run, candidate: Candidate) -> Run | None:
    """One more; None when it does not apply, or changes nothing."""
    if run.tally.limit_reached(candidate) is not None:
        return None
    ahead = run.copy()
    applies = ahead.take(candidate).status is Status.APPLICABLE
    return ahead if applies and _has_changed(run, ahead) else None


def _has_changed(run: Run, ahead: Run) -> bool:
    """Counters that are used up may open a way too: for rules that ask for a least figure."""
    return (
        ahead.saved > run.saved
        or (run.shared is not None and run.shared.may_open and ahead.used != run.used)
        or (ahead.order is not None and any(line.applied_quantity for line in ahead.order.lines))
    )


def _greedy(opening: Run, sequence: list[Candidate]) -> Chosen:
    """What the ordinary pass applies when it leaves out whatever fails; without those that change nothing."""
    run = opening.copy()
    run.block_common(sequence)
    chosen = []
    for place, candidate in enumerate(sequence):
        run.has_failed = False
        before = run.copy()
        if run.take(candidate).status is Status.APPLICABLE and _has_changed(before, run):
            chosen.append(place)
    return tuple(chosen)


def _outcome(search: _Search) -> Outcome:
    run, steps = search.opening.copy(), []
    closing = search.opening.copy()
    for place in search.best:
        closing.take(search.sequence[place])
    for place, candidate in enumerate(search.sequence):
        if place in search.best:
            steps.append(run.take(candidate))
        else:
            steps.append(left_out(search.opening, run, closing, candidate))
    valid = bool(search.best)
    return Outcome(
        valid=valid,
        steps=tuple(steps),
        order=finished(search.opening, run) if valid else None,
        gap=search.gap,
    )
