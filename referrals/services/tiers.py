"""Rewards for referrers: made, changed, taken away. Contract: referrals 15.1 (dashboard only there)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from approvals.gate import gated
from commerce.models import Segment
from commerce.selectors import segments
from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, InvalidPayload, NotFound
from core.locking import lock, retried
from promotions.models import Campaign, Reward
from promotions.services import rewards
from promotions.services.rewards import RewardSpec
from referrals.models import ReferrerTier


@dataclass(frozen=True, kw_only=True)
class TierSpec:
    """What a caller says of a reward for referrers: `reward` and `segment` are ids, "" for none.

    `minimum` None: for each referral; else once, for so many. `new_reward` is put into the catalogue along
    with it, instead of `reward`.
    """

    name: str
    reward: str = ""
    new_reward: RewardSpec | None = None
    minimum: int | None = None
    segment: str = ""


@gated("referrer_tiers.create")
@retried
@transaction.atomic
def create(*, campaign_id: int, spec: TierSpec, actor: Actor, now: datetime) -> ReferrerTier:
    """:raises InvalidPayload: a reward that cannot be given for a recommendation, or a number that cannot be.
    :raises DuplicateFound: the programme has one of this name.
    :raises NotFound: unknown reward or segment, or no such programme.
    """
    campaign = _programme(campaign_id)
    tier = ReferrerTier(campaign=campaign, created_at=now, **_columns(spec, actor, now))
    _save(tier)
    _note(tier, "created", {}, _facts(tier), actor, now)
    return tier


@gated("referrer_tiers.update")
@retried
@transaction.atomic
def update(*, tier_id: int, spec: TierSpec, actor: Actor, now: datetime) -> ReferrerTier:
    """What was given or is pending stays as it was promised.

    :raises InvalidPayload, DuplicateFound, NotFound: as `create`.
    """
    tier = _locked(tier_id)
    before = _facts(tier)
    for name, value in _columns(spec, actor, now).items():
        setattr(tier, name, value)
    tier.updated_at = now
    _save(tier)
    old, new = audit.changes(before, _facts(tier))
    if new:
        _note(tier, "updated", old, new, actor, now)
    return tier


@gated("referrer_tiers.delete")
@retried
@transaction.atomic
def delete(*, tier_id: int, actor: Actor, now: datetime) -> None:
    """Nobody gets it any more; what is pending is still given.

    :raises NotFound: it is gone.
    """
    tier = _locked(tier_id)
    tier.deleted_at = tier.updated_at = now
    tier.save(update_fields=["deleted_at", "updated_at"])
    _note(tier, "deleted", _facts(tier), {}, actor, now)


def _programme(campaign_id: int) -> Campaign:
    rows = lock(Campaign.objects.filter(pk=campaign_id, deleted_at=None))
    if not rows or rows[0].campaign_type != Campaign.CampaignType.REFERRAL_PROGRAM:
        raise NotFound.of("campaign", str(campaign_id))
    return rows[0]


def _locked(tier_id: int) -> ReferrerTier:
    rows = lock(ReferrerTier.objects.filter(pk=tier_id, deleted_at=None))
    if not rows:
        raise NotFound.of("referrer_tier", str(tier_id))
    return ReferrerTier.objects.select_related("campaign", "reward", "segment").get(pk=tier_id)


def _columns(spec: TierSpec, actor: Actor, now: datetime) -> dict[str, Any]:
    reward = _reward(spec, actor, now)
    if reward.type == Reward.Type.COIN:
        raise InvalidPayload(f"{reward.name} pays orders with points: nobody gets it for a recommendation.")
    if spec.minimum is not None and spec.minimum < 1:
        raise InvalidPayload("minimum: at least 1 referral is expected.")
    criterion = ReferrerTier.Criterion.EACH if spec.minimum is None else ReferrerTier.Criterion.MINIMUM
    segment: Segment | None = segments.by_reference(spec.segment) if spec.segment else None
    if not spec.name.strip():
        raise InvalidPayload("name: a name is expected.")
    return {
        "name": spec.name,
        "reward": reward,
        "criterion": criterion,
        "minimum": spec.minimum or 1,
        "segment": segment,
    }


def _reward(spec: TierSpec, actor: Actor, now: datetime) -> Reward:
    if spec.new_reward is not None:
        return rewards.create(spec=spec.new_reward, actor=actor, now=now)
    found = Reward.objects.filter(public_id=spec.reward, deleted_at=None).first()
    if found is None:
        raise NotFound.of("reward", spec.reward)
    return found


def _save(tier: ReferrerTier) -> None:
    try:
        with transaction.atomic():
            tier.save()
    except IntegrityError as error:
        raise DuplicateFound(f"The programme has a reward called {tier.name} already.") from error


def _facts(tier: ReferrerTier) -> dict[str, Any]:
    return {
        "name": tier.name,
        "criterion": str(tier.criterion),
        "minimum": tier.minimum,
        "reward_id": tier.reward.public_id,
        "segment_id": tier.segment.public_id if tier.segment is not None else None,
    }


def _note(
    tier: ReferrerTier,
    verb: str,
    before: dict[str, Any],
    after: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    audit.log(actor, f"referral_tier.{verb}", tier, now=now, before=before, after=after)
    payload = {"campaign_id": tier.campaign.public_id, "referral_tier_id": tier.public_id}
    events.emit(f"campaign.referral_tier.{verb}", entity=tier, actor=actor, now=now, payload=payload)
