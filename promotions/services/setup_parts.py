"""Parts of a promotion that is made or changed in one go: its rules, tiers and budget. Within `setups`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, Final

from core.actors import Actor
from promotions.models import Budget, Campaign, PromotionTier
from promotions.plans import BudgetWish, TierPlan
from promotions.selectors import plans
from promotions.selectors import tiers as known_tiers
from promotions.selectors import validation_rules as known_rules
from promotions.services import budgets, tiers, validation_rules
from promotions.services.budgets import BudgetSpec
from promotions.services.tiers import TierSpec

type Document = Mapping[str, Any]

_LONGEST_NAME: Final = 255
_LONGEST_BUDGET_NAME: Final = 200
_WISHES: Final = ("limit", "measure", "period", "policy", "per")


def columns_of(document: Document, name: str) -> dict[str, Any] | None:
    """The columns of a new rule; None: there is nothing to ask."""
    if not document:
        return None
    return {"name": f"Conditions of {name}"[:_LONGEST_NAME], **_parts(document)}


def settle_rule(
    row: Campaign | PromotionTier,
    was: Document,
    document: Document,
    name: str,
    *,
    actor: Actor,
    now: datetime,
) -> str | None:
    """The id of the rule that `row` shall have; "": none, None: the one that it has, changed if need be.

    A rule that others have as well stays as it is: `row` gets one of its own.
    """
    if was == document:
        return None
    columns = columns_of(document, name)
    if columns is None:
        return ""
    rule = known_rules.of_tier(row) if isinstance(row, PromotionTier) else known_rules.of_campaign(row)
    if rule is None or plans.is_shared(rule):
        return str(validation_rules.create(values=columns, actor=actor, now=now).public_id)
    validation_rules.update(rule_id=rule.pk, values=_parts(document), actor=actor, now=now)
    return None


def settle_tiers(
    campaign: Campaign, was: Sequence[TierPlan], wanted: Sequence[TierPlan], *, actor: Actor, now: datetime
) -> None:
    """Change those that are there, add new ones at the end, take away the ones that are not wanted."""
    rows = {row.public_id: row for row in known_tiers.of_campaign(campaign)}
    before = {tier.id: tier for tier in was}
    for tier in wanted:
        if tier.id not in rows:
            spec = TierSpec(
                values={"name": tier.name, "banner": tier.banner, "discount": dict(tier.discount)},
                new_conditions=columns_of(tier.conditions, tier.name),
            )
            tiers.create(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)
        elif tier != before[tier.id]:
            _change_tier(rows[tier.id], before[tier.id], tier, actor, now)
    for gone in set(before) - {tier.id for tier in wanted}:
        tiers.delete(tier_id=rows[gone].pk, actor=actor, now=now)


def _change_tier(row: PromotionTier, was: TierPlan, tier: TierPlan, actor: Actor, now: datetime) -> None:
    values: dict[str, Any] = {
        name: getattr(tier, name) for name in ("name", "banner") if getattr(tier, name) != getattr(was, name)
    }
    if tier.discount != was.discount:
        same_type = tier.discount.get("type") == was.discount.get("type")
        values["discount"] = {**(dict.fromkeys(was.discount) if same_type else {}), **tier.discount}
    conditions = settle_rule(row, was.conditions, tier.conditions, tier.name, actor=actor, now=now)
    tiers.update(tier_id=row.pk, spec=TierSpec(values=values, conditions=conditions), actor=actor, now=now)


def settle_budget(
    campaign: Campaign, was: BudgetWish | None, wanted: BudgetWish | None, *, actor: Actor, now: datetime
) -> None:
    """The campaign's own budget as it is wanted; one that is not wanted any more limits nothing now."""
    if was == wanted:
        return
    present = plans.own_budget(plans.budgets_of(campaign)) if was is not None else None
    if wanted is None:
        if present is not None:
            budgets.delete(budget_id=present.pk, actor=actor, now=now)
        return
    values: dict[str, Any] = {name: getattr(wanted, name) for name in _WISHES}
    if present is None:
        spec = BudgetSpec(values={**values, "name": _free_name(campaign)}, campaign_ids=[campaign.public_id])
        budgets.create(spec=spec, actor=actor, now=now)
        return
    changed = {name: value for name, value in values.items() if value != getattr(present, name)}
    budgets.update(budget_id=present.pk, spec=BudgetSpec(values=changed), actor=actor, now=now)


def _free_name(campaign: Campaign) -> str:
    """After the campaign, as nothing else is called."""
    base = f"Budget of {campaign.name}"
    for number in count(1):
        ending = "" if number == 1 else f" ({number})"
        name = f"{base[: _LONGEST_BUDGET_NAME - len(ending)]}{ending}"
        if not Budget._base_manager.filter(name=name, deleted_at=None).exists():
            return name
    raise AssertionError("numbers do not end")


def _parts(document: Document) -> dict[str, Any]:
    return {
        "rules": document.get("rules") or {},
        "applicable_to": document.get("applicable_to") or {},
        "bundle_rules": document.get("bundle_rules"),
    }
