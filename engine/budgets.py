"""Budgets: how much may be given away together, over all redemptions that draw on the same pool.

Beyond the contract (governance 5, B16 and B18). A budget either refuses what would cross its limit, or lets
the discount shrink to what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.codec import Data
from engine.reasons import Reason, ReasonKey
from engine.rules.words import money


class BudgetMeasure(StrEnum):
    """What a redemption takes out of a budget.

    REDEMPTIONS: 1. DISCOUNT: what its step takes off the order, credits of gift cards not included.
    ORDER_VALUE: the order before discounts. GIFT_CREDITS: what a gift card pays. UNITS: discounted units,
    free ones included.
    """

    REDEMPTIONS = "REDEMPTIONS"
    DISCOUNT = "DISCOUNT"
    ORDER_VALUE = "ORDER_VALUE"
    GIFT_CREDITS = "GIFT_CREDITS"
    UNITS = "UNITS"


class BudgetPolicy(StrEnum):
    """What happens to a redemption that would cross the limit; reaching it exactly is always allowed.

    GIVE_WHAT_IS_LEFT cuts discounts, credits and units; for other measures it refuses.
    """

    REFUSE = "REFUSE"
    GIVE_WHAT_IS_LEFT = "GIVE_WHAT_IS_LEFT"


CUTTABLE: Final = frozenset({BudgetMeasure.DISCOUNT, BudgetMeasure.GIFT_CREDITS, BudgetMeasure.UNITS})
"""Measures of which a part can be given."""
AMOUNTS: Final = frozenset({BudgetMeasure.DISCOUNT, BudgetMeasure.ORDER_VALUE, BudgetMeasure.GIFT_CREDITS})
"""Measured in minor units."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget(Data):
    """A budget that a candidate draws on, with its figures before the request. Amounts are minor units.

    `used` includes what other sessions hold; `granted` is what this session holds of it, for all of its
    redeemables together: so much is there for it, whatever others have used. `subject_missing`: it counts for
    each customer, and nobody knows who the customer is. `period` says for when it counts: "today", "this
    month", empty = for ever.
    """

    id: str
    name: str
    measure: BudgetMeasure
    limit: int
    used: int = 0
    granted: int = 0
    policy: BudgetPolicy = BudgetPolicy.REFUSE
    subject_missing: bool = False
    period: str = ""

    @property
    def left(self) -> int:
        """What this request may still take out of it."""
        return max(0, self.limit - self.used, self.granted)

    @property
    def may_cut(self) -> bool:
        """Does it give what is left?"""
        return self.policy is BudgetPolicy.GIVE_WHAT_IS_LEFT and self.measure in CUTTABLE


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetCut(Data):
    """A step that got less because of a budget: `wanted` by the discount, `given` at last, in its measure."""

    budget: str
    name: str
    measure: BudgetMeasure
    wanted: int
    given: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetUse:
    """What a step asked of one budget. `budget` has its figures at the step's turn, `given` is what it takes.

    `is_cut`: less than `wanted` was left, so that only a part was given.
    """

    budget: Budget
    wanted: int
    given: int
    is_cut: bool = False

    @property
    def fits(self) -> bool:
        """Is there enough for what is given, and anything given at all where it was cut?"""
        return self.given <= self.budget.left and not (self.is_cut and not self.given)

    @property
    def cut(self) -> BudgetCut:
        """For the answer."""
        budget = self.budget
        return BudgetCut(
            budget=budget.id, name=budget.name, measure=budget.measure, wanted=self.wanted, given=self.given
        )


def counter(budget: Budget) -> str:
    """The name of a budget among counters."""
    return f"budget:{budget.id}"


def amount(measure: BudgetMeasure, figure: int) -> str:
    """12.00 for amounts, else the number."""
    return money(figure) if measure in AMOUNTS else f"{figure:,}"


def exceeded(use: BudgetUse) -> Reason:
    """The refusal of what does not fit."""
    budget = use.budget
    left = amount(budget.measure, budget.left)
    needs = amount(budget.measure, use.wanted)
    period = f" {budget.period}" if budget.period else ""
    raised = f"Raise budget {budget.name}"
    return Reason(
        key=ReasonKey.BUDGET_EXCEEDED,
        message="budget exceeded",
        details=f"budget {budget.name} has {_LEFT[budget.measure].format(left)} left{period}, "
        f"{_NEEDS[budget.measure].format(needs)}",
        remedy=f"{raised}, or wait for its next period" if budget.period else raised,
        resource_id=budget.id,
        resource_type="budget",
    )


def customer_missing(budget: Budget) -> Reason:
    """The refusal where a budget of each customer has nobody to count for."""
    return Reason(
        key=ReasonKey.MISSING_CUSTOMER,
        message="customer is missing",
        details=f"budget {budget.name} counts for each customer, and the customer is not known",
        remedy="Say who the customer is",
        resource_id=budget.id,
        resource_type="budget",
    )


_LEFT: Final[Mapping[BudgetMeasure, str]] = {
    BudgetMeasure.REDEMPTIONS: "{} redemptions",
    BudgetMeasure.DISCOUNT: "{}",
    BudgetMeasure.ORDER_VALUE: "{}",
    BudgetMeasure.GIFT_CREDITS: "{}",
    BudgetMeasure.UNITS: "{} units",
}
_NEEDS: Final[Mapping[BudgetMeasure, str]] = {
    BudgetMeasure.REDEMPTIONS: "this redemption needs {}",
    BudgetMeasure.DISCOUNT: "this discount needs {}",
    BudgetMeasure.ORDER_VALUE: "this order needs {}",
    BudgetMeasure.GIFT_CREDITS: "this card would pay {}",
    BudgetMeasure.UNITS: "this discount needs {}",
}
