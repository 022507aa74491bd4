"""Promotion stacks: tiers of one promotion that are used together. Contract: semantics-core 16."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock
from promotions.models import Campaign, PromotionStack, PromotionTier, StackedTier
from promotions.models.stacks import MOST_TIERS
from promotions.selectors import stacks as selectors
from promotions.services.definitions import InvalidCampaign, assign, facts, with_category
from promotions.services.protection import refuse_protected


class InvalidStack(DomainError):
    key = "invalid_payload"
    message = "Invalid payload"


@dataclass(frozen=True, kw_only=True)
class StackSpec:
    """What a caller says about a stack.

    `values` maps columns to what was sent, and only that; `category` is an id or a name. `tier_ids` are wire
    ids in the order of application, None = not sent.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    tier_ids: Sequence[str] | None = None


@gated("promotions.stack")
@transaction.atomic
def create(*, campaign_id: int, spec: StackSpec, actor: Actor, now: datetime) -> PromotionStack:
    """Put tiers of the campaign together.

    :raises InvalidCampaign: the campaign is not a promotion.
    :raises InvalidStack: no tiers, too many, one twice, or one that the campaign does not have.
    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: unknown category, or the campaign was deleted in the meantime.
    """
    campaign = _locked_campaign(campaign_id)
    refuse_protected(campaign, actor)
    if campaign.campaign_type != Campaign.CampaignType.PROMOTION:
        raise InvalidCampaign("Only a promotion has stacks.")
    tiers = _tiers(campaign, spec.tier_ids or ())
    stack = PromotionStack(campaign=campaign, created_at=now, **with_category(spec.values))
    stack.save(force_insert=True)
    _place(stack, tiers)
    after = facts({"name": stack.name, "tiers": [tier.public_id for tier in tiers]})
    audit.log(actor, "promotion_stack.created", stack, now=now, after=after)
    _tell("created", stack, actor, now)
    return _printable(stack.pk)


@gated("promotions.update_stack")
@transaction.atomic
def update(*, stack_id: int, spec: StackSpec, actor: Actor, now: datetime) -> PromotionStack:
    """Change what was sent; tiers are replaced as a whole.

    :raises InvalidStack: no tiers, too many, one twice, or one that the campaign does not have.
    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: unknown category, or deleted in the meantime.
    """
    stack = _locked(stack_id)
    refuse_protected(stack.campaign, actor)
    columns = with_category(spec.values)
    tiers = None if spec.tier_ids is None else _tiers(stack.campaign, spec.tier_ids)
    old_ids = selectors.tier_ids(stack)
    before = assign(stack, columns)
    stack.updated_at = now
    stack.save(update_fields=[*columns, "updated_at"])
    new_ids = old_ids
    if tiers is not None and (new_ids := [tier.public_id for tier in tiers]) != old_ids:
        StackedTier.objects.filter(stack=stack).delete()
        _place(stack, tiers)
    old, new = audit.changes(facts({**before, "tiers": old_ids}), facts({**columns, "tiers": new_ids}))
    if new:
        audit.log(actor, "promotion_stack.updated", stack, now=now, before=old, after=new)
        _tell("updated", stack, actor, now)
    return _printable(stack.pk)


@gated("promotions.delete_stack")
@transaction.atomic
def delete(*, stack_id: int, actor: Actor, now: datetime) -> None:
    """For good. Its tiers stay.

    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: deleted in the meantime.
    """
    stack = _locked(stack_id)
    refuse_protected(stack.campaign, actor)
    _delete(stack, actor, now)


def forget_tier(*, tier: PromotionTier, actor: Actor, now: datetime) -> None:
    """Take a tier out of all stacks; a stack that has no other goes too.

    The caller deletes the tier and holds its campaign's lock, under which stacks are changed.
    """
    stacks = selectors.printable(PromotionStack.objects.filter(stacked_tiers__tier=tier)).order_by("pk")
    for stack in list(stacks):
        old_ids = selectors.tier_ids(stack)
        if old_ids == [tier.public_id]:
            _delete(stack, actor, now)
            continue
        stack.updated_at = now
        stack.save(update_fields=["updated_at"])
        new_ids = [tier_id for tier_id in old_ids if tier_id != tier.public_id]
        change: dict[str, Any] = {"before": {"tiers": old_ids}, "after": {"tiers": new_ids}}
        audit.log(actor, "promotion_stack.updated", stack, now=now, **change)
        _tell("updated", stack, actor, now)
    StackedTier.objects.filter(tier=tier).delete()


def _delete(stack: PromotionStack, actor: Actor, now: datetime) -> None:
    before = facts({"name": stack.name, "tiers": selectors.tier_ids(stack)})
    audit.log(actor, "promotion_stack.deleted", stack, now=now, before=before)
    _tell("deleted", stack, actor, now)
    stack.delete()


def _tiers(campaign: Campaign, tier_ids: Sequence[str]) -> list[PromotionTier]:
    """The rows of these ids, in their order."""
    if not 1 <= len(tier_ids) <= MOST_TIERS:
        raise InvalidStack(f"Property .tiers.ids must have 1 to {MOST_TIERS} items")
    if len(set(tier_ids)) < len(tier_ids):
        raise InvalidStack("Property .tiers.ids must not hold a tier twice")
    rows = PromotionTier.objects.filter(campaign=campaign, public_id__in=tier_ids, deleted_at=None)
    by_id = {tier.public_id: tier for tier in rows}
    for tier_id in tier_ids:
        if tier_id not in by_id:
            raise InvalidStack(f"Property .tiers.ids holds {tier_id}, which is no tier of this campaign")
    return [by_id[tier_id] for tier_id in tier_ids]


def _place(stack: PromotionStack, tiers: Sequence[PromotionTier]) -> None:
    StackedTier.objects.bulk_create(
        StackedTier(stack=stack, tier=tier, position=position) for position, tier in enumerate(tiers, start=1)
    )


def _locked_campaign(campaign_id: int) -> Campaign:
    rows = lock(Campaign.objects.filter(pk=campaign_id, deleted_at=None))
    if not rows:
        raise NotFound.of("campaign", str(campaign_id))
    return rows[0]


def _locked(stack_id: int) -> PromotionStack:
    """Its campaign is locked: stacks change under that lock, as tiers do."""
    campaign_ids = list(PromotionStack.objects.filter(pk=stack_id).values_list("campaign", flat=True))
    if not campaign_ids:
        raise NotFound.of(selectors.OBJECT, str(stack_id))
    _locked_campaign(campaign_ids[0])
    stack = selectors.printable(PromotionStack.objects.filter(pk=stack_id)).first()
    if stack is None:
        raise NotFound.of(selectors.OBJECT, str(stack_id))
    return stack


def _printable(stack_id: int) -> PromotionStack:
    return selectors.printable(PromotionStack.objects.all()).get(pk=stack_id)


def _tell(verb: str, stack: PromotionStack, actor: Actor, now: datetime) -> None:
    payload = {"promotion_stack_id": stack.public_id, "campaign_id": stack.campaign.public_id}
    events.emit(f"campaign.promotion_stack.{verb}", entity=stack, actor=actor, now=now, payload=payload)
