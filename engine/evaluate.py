"""The decision: one pass over the candidates, or the best set of them. Contract: 6.4, 6.5, 7.3."""

from __future__ import annotations

from engine import best
from engine.outcome import Outcome
from engine.pipeline import pass_through
from engine.snapshot import Snapshot
from engine.stacking_rules import Strategy


def evaluate(snapshot: Snapshot, *, omit: frozenset[str] = frozenset()) -> Outcome:
    """Decide about every candidate and calculate the order; equal snapshots give equal outcomes.

    Rules whose name is in `omit` count as fulfilled (qualification asks only some, contract 19).
    """
    if snapshot.strategy is Strategy.BEST_FOR_CUSTOMER:
        return best.evaluate_best(snapshot, omit)
    return pass_through(snapshot, omit)
