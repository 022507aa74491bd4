"""A stored campaign as the plan of it, and what of it no plan says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count

from core import places
from core.exact import exact
from promotions.models import (
    Budget,
    Campaign,
    PromotionStack,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
)
from promotions.plans import BudgetWish, CodePlan, PromotionPlan, TierPlan
from promotions.selectors import tiers as known_tiers
from promotions.selectors import validation_rules as known_rules

PARTS: Final = ("rules", "applicable_to", "bundle_rules")
_SHARED: Final = "It draws on the budget {name}, which is not its own alone."
_OWN_TIMES: Final = "Some of its tiers have dates, a category or a switch of their own."


@dataclass(frozen=True, kw_only=True)
class Stored:
    """`plan` is the campaign as it is. `kept`: in words, what a change of the plan does not touch."""

    plan: PromotionPlan
    kept: tuple[str, ...] = ()


def plan_of(campaign: Campaign) -> PromotionPlan:
    """The campaign as it is now. A constant number of queries."""
    return stored(campaign).plan


def stored(campaign: Campaign) -> Stored:
    """The same, with what is beside it."""
    is_promotion = campaign.campaign_type == Campaign.CampaignType.PROMOTION
    rows = known_tiers.of_campaign(campaign) if is_promotion else []
    budgets = budgets_of(campaign)
    own = own_budget(budgets)
    kept = [_SHARED.format(name=one.name) for one in budgets if one != own]
    if any(_has_own_terms(row) for row in rows):
        kept.append(_OWN_TIMES)
    if is_promotion and PromotionStack.objects.filter(campaign=campaign).exists():
        kept.append("It has stacks of tiers.")
    plan = PromotionPlan(
        kind=campaign.campaign_type,
        name=campaign.name,
        description=campaign.description,
        category=campaign.category.public_id if campaign.category else "",
        discount=exact(campaign.discount) if campaign.discount else None,
        gift=campaign.gift or None,
        tiers=_tiers(rows),
        conditions=document_of(known_rules.of_campaign(campaign)),
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        timeframe_interval=campaign.timeframe_interval,
        timeframe_duration=campaign.timeframe_duration,
        days_of_week=tuple(campaign.days_of_week) if campaign.days_of_week else None,
        validity_hours=campaign.validity_hours or None,
        places=tuple(word for word in campaign.places if not word.startswith(f"{places.SOME}:")),
        codes=None if is_promotion else _codes(campaign),
        budget=None if own is None else _wish(own),
        return_policy=campaign.return_policy,
        protected=campaign.protected,
        metadata=exact(campaign.metadata),
    )
    return Stored(plan=plan, kept=tuple(kept))


def document_of(rule: ValidationRule | None) -> dict[str, Any]:
    """{} without a rule."""
    if rule is None:
        return {}
    return {part: exact(getattr(rule, part)) for part in PARTS if getattr(rule, part)}


def is_shared(rule: ValidationRule) -> bool:
    """Whether it holds for more than one thing: then nobody changes it for one of them."""
    return ValidationRuleAssignment.objects.filter(rule=rule).count() > 1


def budgets_of(campaign: Campaign) -> list[Budget]:
    """All that it draws on, oldest first, each with the number of campaigns that do (`drawing`)."""
    own = Budget.objects.filter(campaigns=campaign, deleted_at=None).values("pk")
    rows = Budget._base_manager.filter(pk__in=own).annotate(drawing=Count("campaigns"))
    return list(rows.order_by("pk"))


def own_budget(budgets: Sequence[Any]) -> Budget | None:
    """The first of them that limits nothing else, everywhere alike."""
    plain = (one for one in budgets if one.drawing == 1 and not one.channels and not one.stores)
    return next((one for one in plain if one.per in (Budget.Per.TOTAL, Budget.Per.CUSTOMER)), None)


def _tiers(rows: Sequence[PromotionTier]) -> tuple[TierPlan, ...]:
    assigned = ValidationRuleAssignment.objects.filter(promotion_tier__in=[row.pk for row in rows])
    by_tier: Mapping[int | None, ValidationRule] = {
        one.promotion_tier_id: one.rule for one in assigned.select_related("rule")
    }
    return tuple(
        TierPlan(
            name=row.name,
            discount=exact(row.discount),
            banner=row.banner,
            conditions=document_of(by_tier.get(row.pk)),
            id=row.public_id,
        )
        for row in rows
    )


def _has_own_terms(row: PromotionTier) -> bool:
    times = (row.starts_at, row.ends_at, row.timeframe_interval, row.days_of_week, row.validity_hours)
    return any(times) or row.category_id is not None or not row.is_active


def _codes(campaign: Campaign) -> CodePlan:
    return CodePlan(
        type=campaign.type,
        count=campaign.planned_codes,
        code=campaign.planned_code,
        config=campaign.code_config,
        uses=campaign.voucher_redemption_quantity,
        join_once=campaign.join_once,
    )


def _wish(budget: Budget) -> BudgetWish:
    return BudgetWish(
        limit=budget.limit,
        measure=budget.measure,
        period=budget.period,
        policy=budget.policy,
        per=budget.per,
        id=budget.public_id,
    )
