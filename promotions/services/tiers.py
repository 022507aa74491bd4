"""Promotion tiers: incentives that apply without a code. Contract: semantics-core 16."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock
from core.services import metadata_schemas
from promotions.models import Campaign, PromotionTier
from promotions.selectors import tiers as selectors
from promotions.selectors import validation_rules as known_rules
from promotions.services import (
    discounts,
    guarding,
    rule_assignments,
    stacks,
    validation_rules,
    validity,
    versions,
)
from promotions.services.definitions import DISCOUNT, InvalidCampaign, assign, facts, with_category
from promotions.services.protection import refuse_protected


class InvalidTier(DomainError):
    key = "invalid_payload"
    message = "Invalid payload"


@dataclass(frozen=True, kw_only=True)
class TierSpec:
    """What a caller says about a tier.

    `values` maps columns to what was sent, and only that; `category` is an id or a name, `discount` is in
    wire form. `rules` are ids, one at most, and only count for a new tier.
    `conditions` is the id of the rule that something that is there shall have, "" none, None: not said.
    `new_conditions` are the columns of a rule that is made along with a new tier, in place of `rules`.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    conditions: str | None = None
    new_conditions: Mapping[str, Any] | None = None


@gated("promotions.create")
@transaction.atomic
def create(*, campaign_id: int, spec: TierSpec, actor: Actor, now: datetime) -> PromotionTier:
    """Add a tier: last, or at the place that was asked for, where the following ones move down.

    :raises InvalidCampaign: the campaign is not a promotion.
    :raises InvalidTier: no discount, or one that the engine cannot calculate.
    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: unknown category or validation rule, or the campaign was deleted in the meantime.
    :raises DomainError: something stands in its way (`promotions.launch_guards`); so say the others.
    """
    campaign = _locked_campaign(campaign_id)
    refuse_protected(campaign, actor)
    tier = add(campaign=campaign, spec=spec, actor=actor, now=now)
    return selectors.printable(PromotionTier.objects.all()).get(pk=tier.pk)


def add(*, campaign: Campaign, spec: TierSpec, actor: Actor, now: datetime) -> PromotionTier:
    """Insert one tier. The caller holds the campaign's lock, so that places are given out once."""
    if campaign.campaign_type != Campaign.CampaignType.PROMOTION:
        raise InvalidCampaign("Only a promotion has tiers.")
    metadata_schemas.check(resource="promotion_tier", metadata=spec.metadata, creating=True)
    rule = validation_rules.of_new(spec.rules, spec.new_conditions, actor=actor, now=now)
    columns = with_category(spec.values)
    discount = columns.pop(DISCOUNT, None)
    if discount is None:
        raise InvalidTier("Property .action.discount is required")
    on_items = known_rules.targets_items(rule, known_rules.of_campaign(campaign))
    columns[DISCOUNT] = discounts.stored(discount, InvalidTier, targets_items=on_items)
    offers = guarding.offers(campaign)
    last = selectors.last_hierarchy(campaign)
    place = columns.pop("hierarchy", None) or last + 1
    if place <= last:
        _make_room(campaign, place)
    tier = PromotionTier(
        campaign=campaign, hierarchy=place, metadata=dict(spec.metadata), created_at=now, **columns
    )
    validity.check(tier, parent=campaign)
    tier.save(force_insert=True)
    guarding.check(campaign, offers, now=now)
    audit.log(
        actor,
        "promotion_tier.created",
        tier,
        now=now,
        after=facts({"name": tier.name, "discount": tier.discount, "hierarchy": tier.hierarchy}),
    )
    events.emit("campaign.promotion_tier.created", entity=tier, actor=actor, now=now, payload=_ids(tier))
    if rule is not None:
        rule_assignments.attach(rule=rule, related=tier, actor=actor, now=now)
    versions.note(tier, actor=actor, now=now)
    return tier


@gated("promotions.update")
@transaction.atomic
def update(*, tier_id: int, spec: TierSpec, actor: Actor, now: datetime) -> PromotionTier:
    """Change what was sent; metadata is merged per key.

    :raises InvalidTier: a discount that the engine cannot calculate.
    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: unknown category, or deleted in the meantime.
    """
    tier = _locked(tier_id)
    refuse_protected(tier.campaign, actor)
    metadata_schemas.check(resource="promotion_tier", metadata=spec.metadata, creating=False)
    columns = with_category(spec.values)
    wire = columns.pop(DISCOUNT, None)
    if wire is not None:
        same_type = wire.get("type", tier.discount["type"]) == tier.discount["type"]
        whole = {**tier.discount, **wire} if same_type else wire
        rules = () if same_type else (known_rules.of_tier(tier), known_rules.of_campaign(tier.campaign))
        on_items = known_rules.targets_items(*rules)
        columns[DISCOUNT] = discounts.stored(whole, InvalidTier, targets_items=on_items)
    if spec.metadata:
        columns["metadata"] = {**tier.metadata, **spec.metadata}
    place = columns.get("hierarchy")
    if place is not None and place != tier.hierarchy and place <= selectors.last_hierarchy(tier.campaign):
        _make_room(tier.campaign, place)
    offers = guarding.offers(tier.campaign) if guarding.concerns(columns) else ()
    before = assign(tier, columns)
    validity.check(tier, parent=tier.campaign)
    tier.updated_at = now
    tier.save(update_fields=[*columns, "updated_at"])
    if guarding.concerns(columns):
        guarding.check(tier.campaign, offers, now=now)
    versions.note(tier, actor=actor, now=now)
    rule_assignments.settle(rule_id=spec.conditions, related=tier, actor=actor, now=now)
    old, new = audit.changes(facts(before), facts(columns))
    if new:
        audit.log(actor, "promotion_tier.updated", tier, now=now, before=old, after=new)
        events.emit("campaign.promotion_tier.updated", entity=tier, actor=actor, now=now, payload=_ids(tier))
    return tier


@gated("promotions.switch")
@transaction.atomic
def set_active(*, tier_id: int, is_active: bool, actor: Actor, now: datetime) -> PromotionTier:
    """Enable or disable; the second time nothing happens.

    :raises NotFound: deleted in the meantime.
    """
    tier = _locked(tier_id)
    if tier.is_active != is_active:
        offers = guarding.offers(tier.campaign)
        tier.is_active, tier.updated_at = is_active, now
        tier.save(update_fields=["is_active", "updated_at"])
        guarding.check(tier.campaign, offers, now=now, resumes=True)
        versions.note(tier, actor=actor, now=now)
        verb = "enabled" if is_active else "disabled"
        audit.log(
            actor,
            f"promotion_tier.{verb}",
            tier,
            now=now,
            before={"active": not is_active},
            after={"active": is_active},
        )
        events.emit(f"campaign.promotion_tier.{verb}", entity=tier, actor=actor, now=now, payload=_ids(tier))
    return tier


@gated("promotions.delete")
@transaction.atomic
def delete(*, tier_id: int, actor: Actor, now: datetime) -> None:
    """For good, not into the bin, and out of all stacks. Redemptions keep the row, so their history can
    still be read.

    :raises ResourceProtected: the campaign is write-protected.
    :raises NotFound: deleted in the meantime.
    """
    tier = _locked(tier_id)
    refuse_protected(tier.campaign, actor)
    stacks.forget_tier(tier=tier, actor=actor, now=now)
    tier.deleted_at = tier.updated_at = now
    tier.save(update_fields=["deleted_at", "updated_at"])
    versions.note(tier, actor=actor, now=now)
    audit.log(actor, "promotion_tier.deleted", tier, now=now, before=facts({"name": tier.name}))
    events.emit("campaign.promotion_tier.deleted", entity=tier, actor=actor, now=now, payload=_ids(tier))


def _make_room(campaign: Campaign, place: int) -> None:
    PromotionTier.objects.filter(campaign=campaign, deleted_at=None, hierarchy__gte=place).update(
        hierarchy=F("hierarchy") + 1
    )


def _locked_campaign(campaign_id: int) -> Campaign:
    rows = lock(Campaign.objects.filter(pk=campaign_id, deleted_at=None))
    if not rows:
        raise NotFound.of("campaign", str(campaign_id))
    return rows[0]


def _locked(tier_id: int) -> PromotionTier:
    """Its campaign is locked too: places are given out under that lock."""
    found = PromotionTier.objects.filter(pk=tier_id, deleted_at=None).values_list("campaign", flat=True)
    if not (campaign_ids := list(found)):
        raise NotFound.of("promotion_tier", str(tier_id))
    _locked_campaign(campaign_ids[0])
    if not lock(PromotionTier.objects.filter(pk=tier_id, deleted_at=None)):
        raise NotFound.of("promotion_tier", str(tier_id))
    return selectors.printable(PromotionTier.objects.all()).get(pk=tier_id)


def _ids(tier: PromotionTier) -> dict[str, Any]:
    return {"promotion_tier_id": tier.public_id, "campaign_id": tier.campaign.public_id}
