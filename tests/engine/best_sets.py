"""All subsets, tried one by one: what the search for the best set has to agree with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from engine import Candidate, Outcome, Snapshot, Status, evaluate
from engine.stacking import in_application_order, stacking_type
from engine.stacking_rules import (
    ApplicationMode,
    GroupedSortingRule,
    NoEffectRule,
    SortingRule,
    StackingType,
    Strategy,
)

type Score = tuple[int, int]


def score(outcome: Outcome) -> Score:
    """Discount and free units of the whole request."""
    if outcome.order is None:
        return (0, 0)
    free = sum(line.applied_discount_quantity for line in outcome.order.lines)
    return (outcome.order.total_applied_discount_amount, free)


def best_score(snapshot: Snapshot) -> Score:
    """The best of all legal subsets."""
    sequence = in_application_order(snapshot.candidates, snapshot.stacking_rules)
    return max(score(outcome) for chosen in _subsets(sequence) if (outcome := alone(snapshot, chosen)))


def alone(snapshot: Snapshot, chosen: Sequence[Candidate]) -> Outcome | None:
    """Only these are asked for, in this order; None when one of them does not apply."""
    rules = replace(
        snapshot.stacking_rules,
        redeemables_application_mode=ApplicationMode.PARTIAL,
        redeemables_sorting_rule=SortingRule.REQUESTED_ORDER,
        grouped_redeemables_sorting_rule=GroupedSortingRule.SORTING_RULE,
        redeemables_no_effect_rule=NoEffectRule.REDEEM_ANYWAY,
        no_effect_skip_categories=(),
    )
    outcome = evaluate(
        replace(snapshot, candidates=tuple(chosen), stacking_rules=rules, strategy=Strategy.REQUESTED)
    )
    kinds = {stacking_type(candidate) for candidate in chosen}
    is_legal = not kinds >= {None, StackingType.EXCLUSIVE}
    applies = all(step.status is Status.APPLICABLE for step in outcome.steps)
    return outcome if is_legal and applies else None


def _subsets(sequence: Sequence[Candidate]) -> Iterator[tuple[Candidate, ...]]:
    for flags in product((True, False), repeat=len(sequence)):
        yield tuple(one for one, is_in in zip(sequence, flags, strict=True) if is_in)
