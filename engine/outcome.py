"""The decision: what happens to every candidate, and the order afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.basket import OrderState
from engine.codec import Data
from engine.reasons import Reason
from engine.snapshot import RedeemableObject


class Status(StrEnum):
    """Wire values of `redeemables[].status`."""

    APPLICABLE = "APPLICABLE"
    INAPPLICABLE = "INAPPLICABLE"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step(Data):
    """One candidate's part. `reason` is set unless APPLICABLE.

    `order` is the state after this step, with `applied_*` of this step; None unless APPLICABLE, and None when
    no order was sent.
    """

    key: str
    object: RedeemableObject
    status: Status
    reason: Reason | None = None
    order: OrderState | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome(Data):
    """`steps` stand in application order, one for each candidate. Contract: validation 7.3.

    `order` is the state after the whole request, `applied_*` over all its steps; None when the request is not
    valid (nothing may be granted then) or came without an order.
    """

    valid: bool
    steps: tuple[Step, ...] = ()
    order: OrderState | None = None

    def with_status(self, status: Status) -> tuple[Step, ...]:
        """The steps with this status, in application order."""
        return tuple(step for step in self.steps if step.status is status)
