"""A plan that begins with another one: the same in everything but what must be its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from promotions.models import Campaign
from promotions.plans import PromotionPlan
from promotions.selectors import plans
from promotions.services import cloning

_LONGEST = 255


def of_campaign(original: Campaign) -> PromotionPlan:
    """Tiers, budget and codes are made anew; the one code of a campaign has to be another one."""
    plan = renamed(plans.plan_of(original))
    codes, budget = plan.codes, plan.budget
    return replace(
        plan,
        tiers=tuple(
            replace(tier, id="", name=plan.name if tier.name == original.name else tier.name)
            for tier in plan.tiers
        ),
        budget=None if budget is None else replace(budget, id=""),
        codes=None if codes is None else replace(codes, code="", count=cloning.codes_of(original)),
    )


def renamed(plan: PromotionPlan) -> PromotionPlan:
    """With a name that is free: Summer sale (2)"""
    name = plan.name
    for number in count(2):
        if not Campaign._base_manager.filter(name=name, released_at=None).exists():
            break
        ending = f" ({number})"
        name = f"{plan.name[: _LONGEST - len(ending)]}{ending}"
    return replace(plan, name=name)
