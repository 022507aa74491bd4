"""Budgets as conditions: how much there may be, what was used before, what this one needs."""

from __future__ import annotations

from collections.abc import Iterator

from engine import budgets
from engine.budgets import Budget, BudgetUse
from engine.explain.explanation import ExplainedCondition
from engine.pipeline import Judged
from engine.reasons import Reason
from engine.summary import Names
from engine.summary.budgets import amount, budget


def budgeted(judged: Judged, names: Names) -> Iterator[ExplainedCondition]:
    """Every budget that the candidate draws on; `holds` None where its effect was not judged at all."""
    found = judged.situation.candidate.budgets
    effected = judged.effected
    uses = {} if effected is None else {use.budget.id: use for use in effected.budget_uses}
    for one in found:
        yield _condition(one, uses.get(one.id), names)


def _condition(one: Budget, use: BudgetUse | None, names: Names) -> ExplainedCondition:
    reason = _reason(one, use)
    actual: dict[str, object] = {"used": one.used, "granted": one.granted, "left": one.left}
    if use is not None:
        actual |= {"wanted": use.wanted, "given": use.given}
    return ExplainedCondition(
        id=f"budget:{one.id}",
        text=f"Budget {one.name}: {budget(one, names)}",
        holds=False if reason is not None else None if use is None else True,
        found=_found(one, use, names),
        required={"limit": one.limit, "measure": one.measure.value, "policy": one.policy.value},
        actual=actual,
        remedy=None if reason is None else reason.remedy,
    )


def _reason(one: Budget, use: BudgetUse | None) -> Reason | None:
    if one.subject_missing:
        return budgets.customer_missing(one)
    return None if use is None or use.fits else budgets.exceeded(use)


def _found(one: Budget, use: BudgetUse | None, names: Names) -> str:
    if one.subject_missing:
        return "the customer is not known"
    parts = [f"{amount(one.measure, one.used, names)} used"]
    if one.granted:
        parts.append(f"{amount(one.measure, one.granted, names)} held for this session")
    if use is not None:
        parts.append(f"this one needs {amount(one.measure, use.wanted, names)}")
        if use.is_cut:
            parts.append(f"it gets {amount(one.measure, use.given, names)}")
    return ", ".join(parts)
