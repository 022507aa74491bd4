"""A budget in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.budgets import Budget, BudgetMeasure
from engine.summary import phrases
from engine.summary.names import Names

_OF: Final[Mapping[BudgetMeasure, str]] = {
    BudgetMeasure.REDEMPTIONS: "",
    BudgetMeasure.DISCOUNT: " of discounts",
    BudgetMeasure.ORDER_VALUE: " of order value",
    BudgetMeasure.GIFT_CREDITS: " paid by gift cards",
    BudgetMeasure.UNITS: "",
}


def budget(budget: Budget, names: Names) -> str:
    """at most 1,000.00 EUR of discounts this month; the last one gets what is left"""
    period = f" {budget.period}" if budget.period else ""
    after = "the last one gets what is left" if budget.may_cut else "what would exceed it is refused"
    return f"at most {amount(budget.measure, budget.limit, names)}{_OF[budget.measure]}{period}; {after}"


def amount(measure: BudgetMeasure, figure: int, names: Names) -> str:
    """3.20 EUR, 1 redemption, 5 units"""
    if measure is BudgetMeasure.REDEMPTIONS:
        return phrases.count(figure, "redemption")
    if measure is BudgetMeasure.UNITS:
        return phrases.count(figure, "discounted unit")
    return names.money(figure)
