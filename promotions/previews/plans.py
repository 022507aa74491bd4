"""Proposals from what people have: a plan of the wizard, a stored campaign, a stored tier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from core.instants import parse_instant
from promotions.models import Budget, Campaign, PromotionTier, ValidationRule
from promotions.plans import BudgetWish, PromotionPlan
from promotions.previews.proposal import Codes, Pool, Proposal
from promotions.selectors import categories
from promotions.selectors import validation_rules as rules

MOST_TIERS: Final = 5
"""Of one campaign; a page about more would be a page about none."""
_TIMES: Final = (
    "starts_at",
    "ends_at",
    "timeframe_interval",
    "timeframe_duration",
    "days_of_week",
    "validity_hours",
)


def of_plan(plan: PromotionPlan, *, campaign: Campaign | None = None) -> tuple[Proposal, ...]:
    """One for each tier, or one for its codes. `campaign` is the stored one that the plan changes.

    :raises NotFound: its category is not there any more.
    """
    whole = Proposal(
        name=plan.name,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        timeframe_interval=plan.timeframe_interval,
        timeframe_duration=plan.timeframe_duration,
        days_of_week=plan.days_of_week or None,
        validity_hours=plan.validity_hours or None,
        places=plan.places,
        category=categories.named(plan.category),
        budgets=() if plan.budget is None else (_wished(plan.budget),),
        campaign=plan.name,
        campaign_id="" if campaign is None else campaign.public_id,
        is_running=campaign is not None and not campaign.is_draft,
    )
    above = _said([plan.conditions])
    if plan.is_automatic:
        return tuple(
            replace(
                whole,
                name=tier.name or plan.name,
                discount=tier.discount,
                rules=(*_said([tier.conditions]), *above),
            )
            for tier in plan.tiers[:MOST_TIERS]
        )
    codes = Codes()
    if plan.codes is not None:
        config = plan.codes.config
        codes = Codes(
            type=plan.codes.type,
            count=plan.codes.count,
            code=plan.codes.code,
            config=config,
            uses=plan.codes.uses,
        )
    return (replace(whole, discount=plan.discount, gift=plan.gift, rules=above, codes=codes),)


def of_campaign(campaign: Campaign) -> tuple[Proposal, ...]:
    """What is stored: one for each tier that is switched on, or one for its codes. Four queries at most."""
    whole = _of_row(campaign)
    above = _documents(rules.of_campaign(campaign))
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        found = PromotionTier.objects.filter(campaign=campaign, deleted_at=None, is_active=True)
        tiers = list(found.select_related("category").order_by("hierarchy", "pk")[:MOST_TIERS])
        own = ValidationRule.objects.filter(assignments__promotion_tier__in=tiers)
        held = dict(_by_tier(own, tiers))
        return tuple(_of_tier(tier, whole, (*_documents(held.get(tier.pk)), *above)) for tier in tiers)
    codes = Codes(
        type=campaign.type,
        count=campaign.planned_codes if campaign.is_draft else campaign.vouchers_count,
        code=campaign.planned_code,
        config=campaign.code_config,
        uses=campaign.voucher_redemption_quantity,
    )
    if not (campaign.discount or campaign.gift):
        return ()  # each code has a discount of its own
    return (replace(whole, discount=campaign.discount, gift=campaign.gift, rules=above, codes=codes),)


def of_content(content: Mapping[str, Any], *, places: Iterable[str] = ()) -> tuple[Proposal, ...]:
    """A campaign as `promotions.approval_contents` tells it to whoever decides about it. No queries."""
    starts_at, ends_at = (_instant(content.get(name)) for name in ("start_date", "expiration_date"))
    whole = Proposal(
        name=str(content.get("name") or ""),
        starts_at=starts_at,
        ends_at=ends_at,
        places=tuple(places),
        budgets=tuple(
            Pool(name=one["name"], limit=one["limit"], measure=one["measure"], per=one["per"])
            for one in content.get("budgets") or ()
            if one.get("active") is not False
        ),
    )
    above = _said([content.get("conditions") or {}])
    if content.get("campaign_type") == Campaign.CampaignType.PROMOTION:
        return tuple(
            replace(
                whole,
                discount=tier["discount"],
                rules=(*_said([tier.get("conditions") or {}]), *above),
                ends_at=_instant(tier.get("expiration_date")) or ends_at,
            )
            for tier in content.get("tiers") or ()
            if tier.get("active") is not False
        )
    codes = Codes(type=content.get("type") or Codes.type, uses=content.get("redemption_quantity"))
    discount, gift = content.get("discount"), content.get("gift")
    return (replace(whole, discount=discount, gift=gift, rules=above, codes=codes),)


def of_tier(tier: PromotionTier) -> Proposal:
    """One stored tier, with what it has from its campaign."""
    own, above = _documents(rules.of_tier(tier)), _documents(rules.of_campaign(tier.campaign))
    return _of_tier(tier, _of_row(tier.campaign), (*own, *above))


def _of_tier(tier: PromotionTier, whole: Proposal, documents: tuple[Mapping[str, Any], ...]) -> Proposal:
    """What a tier does not say is as its campaign says it, field by field."""
    own = {name: value for name in _TIMES if (value := getattr(tier, name))}
    if own.get("days_of_week"):
        own["days_of_week"] = tuple(own["days_of_week"])
    category = tier.category or whole.category
    return replace(whole, name=tier.name, discount=tier.discount, rules=documents, category=category, **own)


def _of_row(campaign: Campaign) -> Proposal:
    budgets = Budget.objects.filter(campaigns=campaign, deleted_at=None, is_active=True).order_by("pk")
    return Proposal(
        name=campaign.name,
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        timeframe_interval=campaign.timeframe_interval,
        timeframe_duration=campaign.timeframe_duration,
        days_of_week=tuple(campaign.days_of_week) if campaign.days_of_week else None,
        validity_hours=campaign.validity_hours,
        places=tuple(campaign.places),
        category=campaign.category,
        budgets=tuple(_stored(one) for one in budgets),
        campaign=campaign.name,
        campaign_id=campaign.public_id,
        is_running=not campaign.is_draft,
    )


def _by_tier(
    rows: Iterable[ValidationRule], tiers: Iterable[PromotionTier]
) -> Iterable[tuple[int, ValidationRule]]:
    wanted = {tier.pk for tier in tiers}
    for rule in rows.prefetch_related("assignments"):  # type: ignore[attr-defined]
        for one in rule.assignments.all():
            if one.promotion_tier_id in wanted:
                yield one.promotion_tier_id, rule


def _documents(rule: ValidationRule | None) -> tuple[Mapping[str, Any], ...]:
    if rule is None:
        return ()
    return _said([{part: getattr(rule, part) for part in rules.PARTS}])


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


def _said(documents: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Those that say something, with the parts that do."""
    found = ({part: one[part] for part in rules.PARTS if one.get(part)} for one in documents)
    return tuple(one for one in found if one)


def _wished(budget: BudgetWish) -> Pool:
    return Pool(
        name="Its budget",
        limit=budget.limit,
        measure=budget.measure,
        period=budget.period,
        per=budget.per,
        policy=budget.policy,
    )


def _stored(budget: Budget) -> Pool:
    return Pool(
        name=f"Budget {budget.name}",
        limit=budget.limit,
        measure=budget.measure,
        period=budget.period,
        per=budget.per,
        customer_key=budget.customer_key,
        field=budget.field,
        policy=budget.policy,
        channels=tuple(budget.channels),
        stores=tuple(budget.stores),
    )
