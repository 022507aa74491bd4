"""What a budget may say, and what may change of one that was drawn on. Goes beyond the contract."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from core.errors import DomainError, ResourceInUse
from promotions import budget_subjects
from promotions.models import Budget
from promotions.selectors import budgets as selectors
from promotions.selectors.budgets_in_force import USUAL_STORE_FIELD

FIXED: Final = ("measure", "period", "per", "customer_key", "field")
"""What says how a budget counts: it stays once something was counted."""
HIGHEST: Final = 10**15
MOST_THRESHOLDS: Final = 20
MOST_NAMES: Final = 100
LONGEST_NAME: Final = 100
MOST_MONTHS: Final = 120
DIVISIBLE: Final = frozenset({Budget.Measure.DISCOUNT, Budget.Measure.GIFT_CREDITS, Budget.Measure.UNITS})
"""Of these a part can be given; a redemption or an order counts as a whole."""
RESERVED: Final = budget_subjects.KNOWN
"""Counters use these words for what is no metadata field."""

type Plan = Mapping[date, int]


class InvalidBudget(DomainError):
    key = "invalid_payload"
    message = "Invalid payload"


class LimitTooLow(DomainError):
    """`lowest` is the limit that is still possible, in the budget's unit."""

    key = "budget_limit_too_low"
    message = "Budget limit too low"

    def __init__(self, lowest: int, *, shown: str = "") -> None:
        self.lowest = lowest
        super().__init__(
            f"The limit can be {shown or lowest} at the lowest: so much is used or held already. With that "
            "limit nothing more is given."
        )


def settle(budget: Budget, given: Collection[str]) -> None:
    """Put the columns into their form and check that they fit together; `given` are those that were sent.

    :raises InvalidBudget: which property is wrong, and what it has to be.
    """
    if not budget.name.strip():
        raise InvalidBudget("Property .name must not be empty")
    if not 0 <= budget.limit <= HIGHEST:
        raise InvalidBudget(f"Property .limit must be between 0 and {HIGHEST}")
    if budget.starts_on and budget.ends_on and budget.ends_on < budget.starts_on:
        raise InvalidBudget("Property .plan.ends_on must not lie before .plan.starts_on")
    budget.thresholds = _thresholds(budget)
    budget.channels = _names(budget.channels, "channels")
    budget.stores = _names(budget.stores, "stores")
    _settle_subject(budget, given)
    if budget.policy == Budget.Policy.GIVE_WHAT_IS_LEFT and budget.measure not in DIVISIBLE:
        raise InvalidBudget(
            "Property .policy must be REFUSE here: a part can be given of discounts, gift credits and units "
            "only"
        )


def check_plan(budget: Budget, plan: Plan) -> None:
    """:raises InvalidBudget: not a month, too many, or one outside of the plan's dates."""
    if len(plan) > MOST_MONTHS:
        raise InvalidBudget(f"Property .plan.months must have at most {MOST_MONTHS} items")
    for month, amount in plan.items():
        if not 0 <= amount <= HIGHEST:
            raise InvalidBudget(f"Property .plan.months.amount must be between 0 and {HIGHEST}")
        too_early = budget.starts_on is not None and month < budget.starts_on.replace(day=1)
        if too_early or (budget.ends_on is not None and month > budget.ends_on):
            raise InvalidBudget(f"Property .plan.months holds {month:%Y-%m}, which is outside of the plan")


def refuse_change_of_counting(budget: Budget, before: Mapping[str, Any]) -> None:
    """`before`: columns as they were, of those that were sent.

    :raises ResourceInUse: it would count in another way than what was counted.
    """
    changed = [name for name in FIXED if name in before and before[name] != getattr(budget, name)]
    if changed and selectors.was_drawn(budget):
        raise ResourceInUse(
            "Something was drawn from this budget already, so what it limits, when it is renewed and for "
            "whom it counts stay: the old figures would mean something else. Make a new budget instead.",
            resource_id=budget.public_id,
            resource_type=selectors.OBJECT,
        )


def _settle_subject(budget: Budget, given: Collection[str]) -> None:
    """Who a customer is, and the metadata field where his key or the store stands."""
    is_per_customer = budget.per == Budget.Per.CUSTOMER
    if not is_per_customer:
        if "customer_key" in given and budget.customer_key != Budget.CustomerKey.ID:
            raise InvalidBudget("Property .customer_key has a meaning with .per CUSTOMER only")
        budget.customer_key = Budget.CustomerKey.ID
    budget.field = budget.field.strip()
    if is_per_customer and budget.customer_key == Budget.CustomerKey.METADATA:
        if not budget.field or budget.field in RESERVED:
            raise InvalidBudget(
                "Property .metadata_field is required: where the key of the customer stands, and not one of "
                f"{', '.join(sorted(RESERVED))}"
            )
    elif budget.per == Budget.Per.STORE:
        budget.field = budget.field or USUAL_STORE_FIELD
    else:
        if "field" in given and budget.field:
            raise InvalidBudget(
                "Property .metadata_field has a meaning with .per STORE or .customer_key METADATA only"
            )
        budget.field = ""


def _thresholds(budget: Budget) -> list[int]:
    if len(budget.thresholds) > MOST_THRESHOLDS:
        raise InvalidBudget(f"Property .thresholds must have at most {MOST_THRESHOLDS} items")
    if any(not 1 <= threshold <= 100 for threshold in budget.thresholds):
        raise InvalidBudget("Property .thresholds must hold percentages from 1 to 100")
    return sorted(set(budget.thresholds))


def _names(names: Collection[str], prop: str) -> list[str]:
    found = list(dict.fromkeys(name.strip() for name in names))
    if len(found) > MOST_NAMES:
        raise InvalidBudget(f"Property .{prop} must have at most {MOST_NAMES} items")
    if any(not 1 <= len(name) <= LONGEST_NAME for name in found):
        raise InvalidBudget(f"Property .{prop} must hold names of 1 to {LONGEST_NAME} characters")
    return found
