"""A whole programme at once: a draft with its first earning rule, tiers and rewards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from core.actors import Actor
from loyalty.models import EarningRule, TierMapping
from loyalty.programme_words import ORDER_PAID
from loyalty.services import earning_rules, tiers
from loyalty.services.earning_rules import EarningRuleSpec
from loyalty.services.tiers import MappingSpec, TierSpec
from promotions.models import Campaign, Reward
from promotions.services import campaigns, reward_assignments, rewards
from promotions.services.campaigns import CampaignSpec
from promotions.services.reward_assignments import AssignmentSpec
from promotions.services.rewards import RewardSpec

FIRST_CARDS: Final = 100
"""Made at the launch; more are made whenever there is none left."""


@dataclass(frozen=True, kw_only=True)
class NewTier:
    """From so many points on, up to the next one; holders earn `times` as much."""

    name: str
    points_from: int
    times: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class NewReward:
    """`thing` is `campaign:camp_…`, `product:prod_…` or `sku:sku_…`; `amount` minor units that `points_ratio`
    points pay.
    """

    name: str
    type: str
    price: int | None = None
    stock: int | None = None
    thing: str = ""
    balance: int | None = None
    points_ratio: int | None = None
    amount: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewProgramme:
    """`loyalty` are the settings as stored; `earn_points` for every `earn_every` minor units paid."""

    values: Mapping[str, Any]
    loyalty: Mapping[str, Any]
    earn_points: int
    earn_every: int
    pending_days: int | None = None
    tiers: tuple[NewTier, ...] = ()
    rewards: tuple[NewReward, ...] = field(default=())


@transaction.atomic
def create(*, spec: NewProgramme, actor: Actor, now: datetime) -> Campaign:
    """Make the draft of a programme; nobody gets anything of it before it is launched.

    :raises DomainError: as the services of campaigns, earning rules, tiers and rewards; then nothing is made.
    """
    campaign = campaigns.create(
        spec=CampaignSpec(
            kind=Campaign.CampaignType.LOYALTY_PROGRAM,
            vouchers_count=FIRST_CARDS,
            values={**spec.values, "type": Campaign.Type.AUTO_UPDATE, "loyalty": dict(spec.loyalty)},
            is_draft=True,
        ),
        actor=actor,
        now=now,
    )
    rule = _earning_rule(campaign, spec, actor, now)
    for reward in spec.rewards:
        _reward(campaign, reward, actor, now)
    if spec.tiers:
        specs = tuple(_tiers(spec.tiers, rule))
        tiers.create(campaign_id=campaign.pk, specs=specs, actor=actor, now=now)
    return campaign


def _earning_rule(campaign: Campaign, spec: NewProgramme, actor: Actor, now: datetime) -> EarningRule:
    loyalty = {
        "type": "PROPORTIONAL",
        "calculation_type": "ORDER_TOTAL_AMOUNT",
        "order": {"total_amount": {"every": spec.earn_every, "points": spec.earn_points}},
    }
    values = {"event": ORDER_PAID, "loyalty": loyalty, "pending_days": spec.pending_days}
    made = earning_rules.create(
        campaign_id=campaign.pk, specs=(EarningRuleSpec(values=values),), actor=actor, now=now
    )
    return made[0]


def _tiers(wanted: tuple[NewTier, ...], rule: EarningRule) -> list[TierSpec]:
    """Each ends where the next one begins."""
    ends = [*(tier.points_from - 1 for tier in wanted[1:]), None]
    return [
        TierSpec(
            name=tier.name,
            points_from=tier.points_from,
            points_to=end,
            earning_rules=(
                {}
                if tier.times == 1
                else {rule.public_id: MappingSpec(type=TierMapping.Type.MULTIPLY, multiplier=tier.times)}
            ),
        )
        for tier, end in zip(wanted, ends, strict=True)
    ]


def _reward(campaign: Campaign, spec: NewReward, actor: Actor, now: datetime) -> None:
    kind, _, key = spec.thing.partition(":")
    values: dict[str, Any] = {"name": spec.name, "stock": spec.stock, "balance": spec.balance}
    if spec.type == Reward.Type.COIN:
        values["points_ratio"] = spec.points_ratio
        values["exchange_ratio"] = Decimal(spec.amount or 0) / 100
    else:
        values[kind] = key
    reward = rewards.create(spec=RewardSpec(type=spec.type, values=values), actor=actor, now=now)
    reward_assignments.create(
        reward_id=reward.pk,
        campaign_id=campaign.pk,
        spec=AssignmentSpec(values={"points": spec.price} if spec.price is not None else {}),
        actor=actor,
        now=now,
    )
