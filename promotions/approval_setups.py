"""What somebody who says yes to a change of a whole promotion has to see: all of it, as for its parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from approvals import registry
from approvals.registry import Arguments, Operation, Subject
from promotions import approval_reach
from promotions.plans import BudgetWish, CodePlan, PromotionPlan, TierPlan
from promotions.services import setups

_SPECS: Final = (PromotionPlan, TierPlan, CodePlan, BudgetWish)
_PARTS: Final = (
    "campaigns.update",
    "promotions.create",
    "promotions.update",
    "promotions.delete",
    "validation_rules.update",
    "validation_rules.assign",
    "validation_rules.unassign",
)
"""What is decided about these alone is decided about them together."""
_BUDGET: Final = ("budgets.create", "budgets.update", "budgets.delete")

type Describe = Callable[[Arguments, Any, Subject | None], Subject]


def register(describe: Describe) -> None:
    """`describe` says what a campaign is with all that belongs to it."""
    registry.register(
        Operation(
            name="campaigns.rework",
            label="Change a campaign",
            permission="campaigns.modify",
            service=setups.rework_terms,
            describe=describe,
            specs=_SPECS,
            touched=approval_reach.touched,
            counts_as=_PARTS,
        )
    )
    registry.register(
        Operation(
            name="budgets.rework",
            label="Change a campaign and its budget",
            permission="budgets.modify",
            service=setups.rework_with_budget,
            describe=describe,
            specs=_SPECS,
            touched=approval_reach.touched,
            counts_as=(*_PARTS, *_BUDGET),
        )
    )
