"""Budgets and candidates that draw on them, so that a test shows only what it is about."""

from __future__ import annotations

from typing import Any

from engine import Budget, BudgetMeasure, BudgetPolicy, Candidate, Line, Outcome, Status, effects

M = BudgetMeasure
LINES = (
    Line(product_id="prod_a", price=300, quantity=2),
    Line(product_id="prod_b", price=500),
    Line(product_id="prod_c", price=700),
)


def budget(
    limit: int, used: int = 0, measure: BudgetMeasure = M.DISCOUNT, *, gives: bool = False, **more: Any
) -> Budget:
    policy = BudgetPolicy.GIVE_WHAT_IS_LEFT if gives else BudgetPolicy.REFUSE
    more.setdefault("id", "bud_1")
    return Budget(name="Black Friday", measure=measure, limit=limit, used=used, policy=policy, **more)


def on(key: str, wire: dict[str, Any] | int, *budgets: Budget, **facts: Any) -> Candidate:
    """A code with a discount; a number is a sum off the order."""
    wire = {"type": "AMOUNT", "amount_off": wire} if isinstance(wire, int) else wire
    return Candidate(key=key, discount=effects.parse(wire), budgets=budgets, **facts)


def taken(outcome: Outcome) -> list[int]:
    return [
        0 if step.order is None else step.order.total_applied_discount_amount
        for step in outcome.with_status(Status.APPLICABLE)
    ]


def on_lines(outcome: Outcome) -> list[int]:
    assert outcome.order is not None
    return [line.applied_discount_amount for line in outcome.order.lines]
