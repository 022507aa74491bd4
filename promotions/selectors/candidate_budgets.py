"""Budgets as the engine sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.budgets import Budget, BudgetMeasure, BudgetPolicy
from promotions.redeemables import Found
from promotions.selectors.budgets_in_force import InForce
from promotions.selectors.counter_reading import Wanted
from promotions.selectors.tallies import Counted, Tally


def budgets_of(entry: Found, wanted: Wanted, counted: Mapping[Tally, Counted]) -> tuple[Budget, ...]:
    """The budgets that a redeemable's campaign draws on, with their figures before the request."""
    if entry.campaign is None:
        return ()
    drawn = [one for one in wanted.budgets if entry.campaign.pk in one.campaigns]
    return tuple(_budget(one, wanted.of_budgets[one.id], counted) for one in drawn)


def _budget(row: InForce, tally: Tally | None, counted: Mapping[Tally, Counted]) -> Budget:
    one = counted[tally] if tally is not None else Counted(id=0, value=0)
    return Budget(
        id=row.public_id,
        name=row.name,
        measure=BudgetMeasure(row.measure),
        limit=row.limit,
        used=one.value + one.held,
        granted=one.granted,
        policy=BudgetPolicy(row.policy),
        subject_missing=tally is None,
        period=_PERIOD_WORDS[row.period],
    )


_PERIOD_WORDS: Final = {"EVER": "", "DAY": "today", "WEEK": "this week", "MONTH": "this month"}
