"""The decision: what happens to every candidate, and the order afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.application import AppliedEntry
from engine.basket import Line, OrderState
from engine.budgets import BudgetCut
from engine.bundles import BundleCount
from engine.codec import Data
from engine.reasons import Reason
from engine.snapshot import RedeemableObject
from engine.unit_limits import DiscountedUnits


class Status(StrEnum):
    """Wire values of `redeemables[].status`."""

    APPLICABLE = "APPLICABLE"
    INAPPLICABLE = "INAPPLICABLE"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step(Data):
    """One candidate's part. `reason` is set unless APPLICABLE.

    `order` is the state after this step, with `applied_*` of this step; None unless APPLICABLE, and None when
    no order was sent. `bundle` counts the bundles of the candidate's rule, where it asks for one.
    `applicable_to` / `inapplicable_to` name the entries of the rule and the order lines they mean.
    `credits_taken` are gift credits or points, `units` what counts against limits of discounted units,
    `added` the facts of lines that this step appended to the order. `cut` are the budgets that had too little
    left for all of it.
    """

    key: str
    object: RedeemableObject
    status: Status
    reason: Reason | None = None
    order: OrderState | None = None
    bundle: BundleCount | None = None
    applicable_to: tuple[AppliedEntry, ...] = ()
    inapplicable_to: tuple[AppliedEntry, ...] = ()
    credits_taken: int | None = None
    units: tuple[DiscountedUnits, ...] = ()
    added: tuple[Line, ...] = ()
    cut: tuple[BudgetCut, ...] = ()

    @property
    def order_value(self) -> int | None:
        """The order's amount at this step's turn, without what the step added to it; None without one."""
        if self.order is None or self.order.amount is None:
            return None
        return self.order.amount - sum(line.applied_quantity_amount for line in self.order.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome(Data):
    """`steps` stand in application order, one for each candidate. Contract: validation 7.3.

    `order` is the state after the whole request, `applied_*` over all its steps; None when the request is not
    valid (nothing may be granted then) or came without an order. `gap` is set by a search for the best set:
    how much more, in minor units, a set that was not looked at could save at most; 0 = proven best.
    """

    valid: bool
    steps: tuple[Step, ...] = ()
    order: OrderState | None = None
    gap: int | None = None

    @property
    def added(self) -> tuple[Line, ...]:
        """Facts of the lines that the request appended to the order, in their order."""
        return tuple(line for step in self.steps for line in step.added)

    def with_status(self, status: Status) -> tuple[Step, ...]:
        """The steps with this status, in application order."""
        return tuple(step for step in self.steps if step.status is status)
