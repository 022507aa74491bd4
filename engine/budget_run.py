"""One effect within the budgets of its candidate: it fits, it is cut to what is left, or it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from engine import budgets
from engine.budgets import Budget, BudgetMeasure, BudgetUse
from engine.caps import Caps
from engine.effect_run import Effected
from engine.effects.base import DiscountType
from engine.reasons import Reason
from engine.snapshot import Candidate

type Again = Callable[[Caps], Effected]
"""The same effect once more, within caps."""


def subject_refusal(candidate: Candidate) -> Reason | None:
    """A budget of each customer has nobody to count for."""
    lacking = next((budget for budget in candidate.budgets if budget.subject_missing), None)
    return None if lacking is None else budgets.customer_missing(lacking)


def within(effected: Effected, again: Again) -> tuple[Effected, Reason | None]:
    """`effected` as far as the budgets of its candidate allow, and why it may not be used after all.

    Those that give what is left cut first; all of them judge what is given then.
    """
    found = effected.situation.candidate.budgets
    wanted = measured(effected)
    short = {budget.id for budget in found if budget.may_cut and wanted[budget.measure] > budget.left}
    if short:
        effected = _cut(effected, [budget for budget in found if budget.may_cut], again)
    given = measured(effected)
    uses = tuple(
        BudgetUse(
            budget=budget,
            wanted=wanted[budget.measure],
            given=given[budget.measure],
            is_cut=budget.id in short,
        )
        for budget in found
    )
    refused = next((use for use in uses if not use.fits), None)
    return replace(effected, budget_uses=uses), None if refused is None else budgets.exceeded(refused)


def measured(effected: Effected) -> Mapping[BudgetMeasure, int]:
    """What the effect takes out of a budget, by its measure."""
    before, after = effected.situation.before, effected.order
    taken = 0 if after is None else after.total_applied_discount_amount
    is_gift = _is_gift(effected)
    return {
        BudgetMeasure.REDEMPTIONS: 1,
        BudgetMeasure.DISCOUNT: 0 if is_gift else taken,
        BudgetMeasure.ORDER_VALUE: 0 if before is None else before.amount or 0,
        BudgetMeasure.GIFT_CREDITS: effected.credits_taken or 0 if is_gift else 0,
        BudgetMeasure.UNITS: effected.discounted_units,
    }


def _cut(effected: Effected, giving: list[Budget], again: Again) -> Effected:
    paid = BudgetMeasure.GIFT_CREDITS if _is_gift(effected) else BudgetMeasure.DISCOUNT
    money = min((one.left for one in giving if one.measure is paid), default=None)
    units = min((one.left for one in giving if one.measure is BudgetMeasure.UNITS), default=None)
    discount = effected.situation.candidate.discount
    if discount is None or discount.type is not DiscountType.UNIT:
        return again(Caps(money=money, units=units))
    found = effected if units is None or units >= effected.discounted_units else again(Caps(units=units))
    return found if money is None else _whole_units(found, money, again)


def _whole_units(effected: Effected, money: int, again: Again) -> Effected:
    """As many units as `money` pays for: more units never cost less, so halving finds them."""
    low, high = 0, effected.discounted_units
    if measured(effected)[BudgetMeasure.DISCOUNT] <= money:
        return effected
    fitting = again(Caps(units=0))
    while low < high - 1:
        middle = (low + high) // 2
        tried = again(Caps(units=middle))
        if measured(tried)[BudgetMeasure.DISCOUNT] <= money:
            low, fitting = middle, tried
        else:
            high = middle
    return fitting


def _is_gift(effected: Effected) -> bool:
    discount = effected.situation.candidate.discount
    return discount is not None and discount.type is DiscountType.GIFT
