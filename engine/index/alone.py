"""One candidate on its own, decided by the pipeline itself: the yardstick, and the way of the unusual."""

from __future__ import annotations

from dataclasses import replace

from engine.index.facts import Facts
from engine.outcome import Status
from engine.pipeline import Run
from engine.snapshot import Candidate
from engine.stacking_rules import Strategy


def worth_alone(facts: Facts, candidate: Candidate) -> int | None:
    """What the candidate takes off the order when nothing else is redeemed; None = it does not apply.

    The same as `evaluate(replace(query, candidates=(candidate,)), omit=omit)`, read off its only step.
    """
    run = facts.run
    if run is None:
        query = replace(facts.query, candidates=(), strategy=Strategy.REQUESTED)
        run = facts.run = Run.open(query, facts.omit)
    step = run.copy().take(candidate)
    if step.status is not Status.APPLICABLE:
        return None
    return 0 if step.order is None else step.order.total_applied_discount_amount
