"""A whole programme at once: a draft with its conditions and what referrers get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from core.actors import Actor
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from referrals.services import tiers
from referrals.services.tiers import TierSpec

FIRST_CODES: Final = 100
"""Made at the launch; more are made whenever there is none left."""

_ONCE: Final = "campaign.redemptions.customers_count"


@dataclass(frozen=True, kw_only=True)
class NewProgramme:
    """`values` are columns; `referral` the settings as sent, `discount` in wire form, None: nothing off.

    `is_once`: nobody is recommended twice, nor by several referrers (contract: referrals 15.3).
    """

    values: Mapping[str, Any]
    referral: Mapping[str, Any]
    discount: Mapping[str, Any] | None = None
    is_once: bool = True
    tiers: tuple[TierSpec, ...] = ()


@transaction.atomic
def create(*, spec: NewProgramme, actor: Actor, now: datetime) -> Campaign:
    """Make the draft of a programme; nobody can recommend before it is launched.

    :raises DomainError: as the services of campaigns, rewards and tiers; then nothing is made.
    """
    campaign = campaigns.create(
        spec=CampaignSpec(
            kind=Campaign.CampaignType.REFERRAL_PROGRAM,
            vouchers_count=FIRST_CODES,
            values={
                **spec.values,
                "type": Campaign.Type.AUTO_UPDATE,
                "discount": spec.discount,
                "referral": dict(spec.referral),
            },
            new_conditions=_once(spec.values["name"]) if spec.is_once else None,
            is_draft=True,
        ),
        actor=actor,
        now=now,
    )
    for tier in spec.tiers:
        tiers.create(campaign_id=campaign.pk, spec=tier, actor=actor, now=now)
    return campaign


def _once(name: str) -> dict[str, Any]:
    rule = {"name": _ONCE, "conditions": {"$less_than_or_equal": [1]}}
    return {
        "name": f"{name}: once per customer"[:255],
        "context_type": "campaign.referral_program",
        "rules": {"1": rule, "logic": "1"},
    }
