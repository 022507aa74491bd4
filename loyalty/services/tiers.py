"""Tiers of a programme, with what holders get and pay instead. Contract: loyalty 10.1, 10.4, 10.5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from core import audit, events
from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.locking import lock
from core.services import metadata_schemas
from loyalty.models import EarningRule, LoyaltyTier, TierMapping
from loyalty.selectors import tiers as selectors
from loyalty.services import tier_structure
from promotions.models import Campaign, Reward, RewardAssignment
from promotions.services.protection import refuse_protected

MOST_TIERS: Final = 100
_MOST_POINTS: Final = 10**15


@dataclass(frozen=True, kw_only=True)
class MappingSpec:
    """What is different for a tier: `type` is one of `TierMapping.Type`, with what belongs to it."""

    type: str
    multiplier: Decimal | None = None
    points: int | None = None


@dataclass(frozen=True, kw_only=True)
class TierSpec:
    """What a caller says about a tier; None: nothing, as far as a change is concerned.

    `earning_rules` are by id, `rewards` by the id of the assignment or of the reward. `points_to` None with
    `points_from` means no end. Metadata is merged per key.
    """

    name: str | None = None
    points_from: int | None = None
    points_to: int | None = None
    earning_rules: Mapping[str, MappingSpec] | None = None
    rewards: Mapping[str, MappingSpec] | None = None
    metadata: Mapping[str, Any] | None = None


@gated("loyalty_tiers.create")
@transaction.atomic
def create(
    *, campaign_id: int, specs: tuple[TierSpec, ...], actor: Actor, now: datetime
) -> list[LoyaltyTier]:
    """Add tiers, all or none. Members who qualify get them within moments.

    :raises InvalidPayload: ranges that overlap, or mappings that mean nothing.
    :raises NotFound: no such programme, earning rule or reward in it.
    :raises ResourceProtected: the campaign is write-protected.
    """
    campaign = _locked_programme(campaign_id)
    refuse_protected(campaign, actor)
    made = [_add(campaign, spec, actor, now) for spec in specs]
    _refuse_overlaps(campaign)
    if made:
        tier_structure.look_again(campaign=campaign, actor=actor, now=now)
    return made


@gated("loyalty_tiers.update")
@transaction.atomic
def update(*, loyalty_tier_id: int, spec: TierSpec, actor: Actor, now: datetime) -> LoyaltyTier:
    """Change what was said. With other thresholds all members are looked at again.

    :raises InvalidPayload: ranges that overlap, or mappings that mean nothing.
    :raises NotFound: it was removed, or there is no such earning rule or reward.
    :raises ResourceProtected: the campaign is write-protected.
    """
    tier, campaign = _locked(loyalty_tier_id)
    refuse_protected(campaign, actor)
    before = described(tier)
    _set_columns(tier, spec)
    tier.updated_at = now
    tier.save(update_fields=["name", "points_from", "points_to", "metadata", "updated_at"])
    _set_mappings(tier, spec)
    _refuse_overlaps(campaign)
    old, new = audit.changes(before, described(tier))
    if new:
        audit.log(actor, "loyalty_tier.updated", tier, now=now, before=old, after=new)
        events.emit("campaign.loyalty_tier.updated", entity=tier, actor=actor, now=now, payload=_ids(tier))
    if "points" in new:
        tier_structure.look_again(campaign=campaign, actor=actor, now=now)
    return tier


@gated("loyalty_tiers.delete")
@transaction.atomic
def delete(*, loyalty_tier_id: int, actor: Actor, now: datetime) -> None:
    """Remove it; who holds it loses it, or gets the one that the points qualify for.

    :raises NotFound: it was removed already.
    :raises ResourceProtected: the campaign is write-protected.
    """
    tier, campaign = _locked(loyalty_tier_id)
    refuse_protected(campaign, actor)
    before = described(tier)
    tier.deleted_at = tier.updated_at = now
    tier.save(update_fields=["deleted_at", "updated_at"])
    audit.log(actor, "loyalty_tier.deleted", tier, now=now, before=before)
    events.emit("campaign.loyalty_tier.deleted", entity=tier, actor=actor, now=now, payload=_ids(tier))
    tier_structure.look_again(campaign=campaign, actor=actor, now=now)


def described(tier: LoyaltyTier) -> dict[str, Any]:
    """What somebody sees of it who says yes to a change, or reads what was done."""
    mappings = selectors.mappings_of([tier.pk])[tier.pk] if tier.pk else []
    return {
        "name": tier.name,
        "points": {"from": tier.points_from, "to": tier.points_to},
        "earning_rules": {str(one.earning_rule): _said(one) for one in mappings if one.earning_rule},
        "rewards": {one.assignment.reward.name: _said(one) for one in mappings if one.assignment},
        "metadata": tier.metadata,
    }


def _said(mapping: TierMapping) -> dict[str, Any]:
    said: dict[str, Any] = {"type": mapping.type}
    if mapping.multiplier is not None:
        said["multiplier"] = str(mapping.multiplier.normalize())
    if mapping.points is not None:
        said["points"] = mapping.points
    return said


def _add(campaign: Campaign, spec: TierSpec, actor: Actor, now: datetime) -> LoyaltyTier:
    if not spec.name or spec.points_from is None:
        raise InvalidPayload("A tier needs a name and points.from.")
    metadata_schemas.check(resource="loyalty_tier", metadata=spec.metadata or {}, creating=True)
    tier = LoyaltyTier(campaign=campaign, created_at=now)
    _set_columns(tier, spec)
    tier.save(force_insert=True)
    _set_mappings(tier, spec)
    audit.log(actor, "loyalty_tier.created", tier, now=now, after=described(tier))
    events.emit("campaign.loyalty_tier.created", entity=tier, actor=actor, now=now, payload=_ids(tier))
    return tier


def _set_columns(tier: LoyaltyTier, spec: TierSpec) -> None:
    if spec.name is not None:
        tier.name = spec.name.strip()
        if not tier.name:
            raise InvalidPayload("The name of a tier must not be empty.")
    if spec.points_from is not None:
        tier.points_from, tier.points_to = spec.points_from, spec.points_to
        ends = tier.points_from if tier.points_to is None else tier.points_to
        if not 0 <= tier.points_from <= ends <= _MOST_POINTS:
            raise InvalidPayload("points.from must be 0 or more, and points.to not below it.")
    if spec.metadata is not None:
        if tier.pk is not None:
            metadata_schemas.check(resource="loyalty_tier", metadata=spec.metadata, creating=False)
        tier.metadata = {**tier.metadata, **spec.metadata}


def _set_mappings(tier: LoyaltyTier, spec: TierSpec) -> None:
    if spec.earning_rules is not None:
        TierMapping.objects.filter(tier=tier, earning_rule__isnull=False).delete()
        rules = _rules(tier.campaign_id, spec.earning_rules)
        TierMapping.objects.bulk_create(
            [
                TierMapping(tier=tier, earning_rule=rules[key], **_columns(key, one, for_rule=True))
                for key, one in spec.earning_rules.items()
            ]
        )
    if spec.rewards is not None:
        TierMapping.objects.filter(tier=tier, assignment__isnull=False).delete()
        TierMapping.objects.bulk_create(_reward_mappings(tier, spec.rewards))


def _rules(campaign_id: int, mapped: Mapping[str, MappingSpec]) -> dict[str, EarningRule]:
    rows = EarningRule.objects.filter(campaign=campaign_id, public_id__in=list(mapped), deleted_at=None)
    found = {str(row.public_id): row for row in rows}
    for key in mapped:
        if key not in found:
            raise NotFound.of("earning_rule", key)
    return found


def _reward_mappings(tier: LoyaltyTier, mapped: Mapping[str, MappingSpec]) -> list[TierMapping]:
    """Keys are ids of assignments, or of rewards that are assigned; both of one thing would be two."""
    rows = RewardAssignment.objects.filter(campaign=tier.campaign_id, deleted_at=None)
    assigned = list(rows.select_related("reward"))
    by_key = {str(row.public_id): row for row in assigned} | {
        str(row.reward.public_id): row for row in assigned
    }
    made: dict[int, TierMapping] = {}
    for key, one in mapped.items():
        assignment = by_key.get(key)
        if assignment is None:
            raise NotFound.of("reward_assignment", key)
        if assignment.pk in made:
            raise InvalidPayload(f"rewards names {assignment.reward.name} twice.")
        if assignment.reward.type == Reward.Type.COIN and one.type == TierMapping.Type.CUSTOM:
            raise InvalidPayload(f"rewards.{key}: paying with points has no price that could be CUSTOM.")
        made[assignment.pk] = TierMapping(
            tier=tier, assignment=assignment, **_columns(key, one, for_rule=False)
        )
    return list(made.values())


def _columns(key: str, spec: MappingSpec, *, for_rule: bool) -> dict[str, Any]:
    """The columns of a mapping that means something."""
    kinds = TierMapping.Type
    match spec.type:
        case kinds.MULTIPLY:
            multiplier = spec.multiplier
            if multiplier is None or not 0 <= multiplier <= 10_000 or _places(multiplier) > 6:
                raise InvalidPayload(f"{key}: multiplier must be a number from 0 to 10000 with 6 decimals.")
            return {"type": kinds.MULTIPLY, "multiplier": multiplier}
        case kinds.CUSTOM:
            least = 0 if for_rule else 1
            if spec.points is None or not least <= spec.points <= _MOST_POINTS:
                raise InvalidPayload(f"{key}: points must be a whole number of at least {least}.")
            return {"type": kinds.CUSTOM, "points": spec.points}
        case kinds.NOT_AVAILABLE if not for_rule:
            return {"type": kinds.NOT_AVAILABLE}
    allowed = "MULTIPLY, CUSTOM" if for_rule else "MULTIPLY, CUSTOM, NOT_AVAILABLE"
    raise InvalidPayload(f"{key}: type must be one of: {allowed}.")


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _refuse_overlaps(campaign: Campaign) -> None:
    tiers: Sequence[LoyaltyTier] = selectors.of_programme(campaign.pk)
    if len(tiers) > MOST_TIERS:
        raise InvalidPayload(f"A programme may have at most {MOST_TIERS} tiers.")
    for lower, upper in zip(tiers, tiers[1:], strict=False):
        if lower.points_to is None or lower.points_to >= upper.points_from:
            raise InvalidPayload(
                f"The points of {lower.name} and {upper.name} overlap: "
                f"end {lower.name} at {upper.points_from - 1} or below."
            )


def _locked_programme(campaign_id: int) -> Campaign:
    kind = Campaign.CampaignType.LOYALTY_PROGRAM
    rows = lock(Campaign.objects.filter(pk=campaign_id, campaign_type=kind, deleted_at=None))
    if not rows:
        raise NotFound.of("campaign", str(campaign_id))
    return rows[0]


def _locked(tier_id: int) -> tuple[LoyaltyTier, Campaign]:
    rows = lock(LoyaltyTier.objects.filter(pk=tier_id, deleted_at=None))
    if not rows:
        raise NotFound.of("loyalty_tier", str(tier_id))
    return rows[0], _locked_programme(rows[0].campaign_id)


def _ids(tier: LoyaltyTier) -> dict[str, Any]:
    return {"loyalty_tier_id": tier.public_id, "campaign_id": tier.campaign.public_id}
