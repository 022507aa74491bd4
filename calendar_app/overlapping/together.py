"""Both on one purchase: the production evaluator says what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from calendar_app.overlapping.found import Purchase
from engine import (
    Candidate,
    Outcome,
    Reason,
    ReasonKey,
    SortingRule,
    StackingType,
    Status,
    Step,
    evaluate,
)
from engine.basket import OrderState
from engine.effects import is_payment
from engine.snapshot import Snapshot
from engine.stacking_rules import StackingRules

type Touched = frozenset[int | str]
"""Lines of the basket by their number, articles that were added by their id."""

LEFT, RIGHT = "left", "right"
_EXCLUSIVE: Final = frozenset({ReasonKey.EXCLUSIVE_LIMIT, ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT})
_ON_PURPOSE: Final = frozenset({ReasonKey.APPLICABLE_LIMIT, ReasonKey.APPLICABLE_PER_CATEGORY_LIMIT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """`winner`: who goes on where the other is refused; "" if both apply, or whoever is asked for first.

    `reason` is why the other one is refused. `is_settled`: the stacking rules say on purpose that only one
    applies. `is_double`: one article is lowered by both. `is_meant`: both are always stackable. `purchase` is
    what both make of it, None without prices.
    """

    both: bool
    winner: str = ""
    reason: Reason | None = None
    is_settled: bool = False
    is_double: bool = False
    is_meant: bool = False
    purchase: Purchase | None = None


def alone(snapshot: Snapshot) -> Touched | None:
    """What the only candidate lowers; None: it does not apply."""
    outcome = evaluate(snapshot)
    step = outcome.steps[0]
    if not outcome.valid or step.status is not Status.APPLICABLE:
        return None
    return touched(step, snapshot)


def touched(step: Step, snapshot: Snapshot) -> Touched:
    """What a step lowers: the lines of an item discount, all of them by one on the order."""
    order = step.order
    if order is None or snapshot.basket is None:
        return frozenset()
    known = len(snapshot.basket.lines)
    if order.applied_discount_amount:
        return frozenset(range(known)) or frozenset({0})
    found: set[int | str] = set()
    for number, line in enumerate(order.lines):
        if line.applied_discount_amount or line.applied_discount_quantity:
            found.add(number if number < known else line.sku_id or line.product_id or number)
    return frozenset(found)


def together(snapshot: Snapshot) -> Together:
    """Of a snapshot with two candidates, the left one first. Where their order makes a difference, what takes
    more off counts.
    """
    left, right = snapshot.candidates
    outcomes = [evaluate(snapshot), evaluate(replace(snapshot, candidates=(right, left)))]
    whole = [one for one in outcomes if _both_apply(one)]
    if not whole:
        return _one_of_two(outcomes[0], outcomes[1], left, right, snapshot.stacking_rules)
    most = max(whole, key=_taken)
    by_key = {step.key: touched(step, snapshot) for step in most.steps}
    pays = any(one.discount is not None and is_payment(one.discount) for one in (left, right))
    return Together(
        both=True,
        is_double=bool(by_key[left.key] & by_key[right.key]) and not pays,
        is_meant=all(_type(one) is StackingType.JOINT for one in (left, right)),
        purchase=_purchase(most.order, snapshot),
    )


def _taken(outcome: Outcome) -> int:
    return 0 if outcome.order is None else outcome.order.total_applied_discount_amount


def _both_apply(outcome: Outcome) -> bool:
    return outcome.valid and all(step.status is Status.APPLICABLE for step in outcome.steps)


def _one_of_two(
    first: Outcome, second: Outcome, left: Candidate, right: Candidate, stacking: StackingRules
) -> Together:
    winners = {_winner(first, left), _winner(second, left)}
    refused = next((step for step in first.steps if step.status is not Status.APPLICABLE), None)
    reason = None if refused is None else refused.reason
    winner = winners.pop() if len(winners) == 1 else ""
    return Together(
        both=False,
        winner=winner,
        reason=reason,
        is_settled=_is_settled(reason, winner, left, right, stacking),
        purchase=None,
    )


def _winner(outcome: Outcome, left: Candidate) -> str:
    """ "" if neither applies."""
    applied = [step.key for step in outcome.steps if step.status is Status.APPLICABLE]
    if len(applied) != 1:
        return ""
    return LEFT if applied[0] == left.key else RIGHT


def _is_settled(
    reason: Reason | None, winner: str, left: Candidate, right: Candidate, stacking: StackingRules
) -> bool:
    """A limit of how many apply, a rule that nothing is lowered twice, or an order of categories."""
    if reason is None:
        return False
    if reason.key in _ON_PURPOSE or reason.key is ReasonKey.NO_EFFECT:
        return True
    by_rank = stacking.redeemables_sorting_rule is SortingRule.CATEGORY_HIERARCHY
    if reason.key not in _EXCLUSIVE or not by_rank or not winner:
        return False
    ranks = {one.category.hierarchy for one in (left, right) if one.category is not None}
    return len(ranks) > 1


def _type(candidate: Candidate) -> StackingType | None:
    return None if candidate.category is None else candidate.category.stacking_type


def _purchase(order: OrderState | None, snapshot: Snapshot) -> Purchase | None:
    if order is None or not order.amount or order.total_amount is None or snapshot.basket is None:
        return None
    lines = snapshot.basket.lines
    article, units = "", sum(line.quantity for line in lines)
    if len(lines) == 1 and len(order.lines) == 1:
        line = lines[0]
        named = line.name or line.sku_source_id or line.product_source_id or line.source_id
        article = named or line.sku_id or line.product_id or ""
    return Purchase(article=article, units=units, before=order.amount, after=order.total_amount)
