"""Changes of what referrers get that may need somebody's yes, and how they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from promotions.approval_belongings import Belongings, Content, by_name
from promotions.models import Campaign
from promotions.services.rewards import RewardSpec
from referrals import tier_words
from referrals.models import ReferrerTier
from referrals.selectors import tiers as selectors
from referrals.services import tiers
from referrals.services.tiers import TierSpec

LADDER: Final = "referrer_tiers"

_OPERATIONS: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = {
    "referrer_tiers.create": ("New reward for referrers", tiers.create),
    "referrer_tiers.update": ("Change a reward for referrers", tiers.update),
    "referrer_tiers.delete": ("Remove a reward for referrers", tiers.delete),
}


def _content(campaign: Campaign) -> Content:
    """All of the programme: what one gives is seen beside the others."""
    described = [
        {"name": tier.name, "said": tier_words.whole(tier)} for tier in selectors.of_programme(campaign.pk)
    ]
    return by_name(described, "name")


def sentences(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """What becomes different for referrers."""
    old, new = before or {}, after or {}
    said = [f"No more: {name}, {old[name]['said']}" for name in old if name not in new]
    for name, tier in new.items():
        if name not in old:
            said.append(f"New: {name}, {tier['said']}")
        elif old[name] != tier:
            said.append(f"{name}: {tier['said']}, until now: {old[name]['said']}")
    return said


_TIERS: Final = Belongings(
    target_type=LADDER,
    kind=Campaign.CampaignType.REFERRAL_PROGRAM,
    model=ReferrerTier,
    argument="tier_id",
    specs=(TierSpec, RewardSpec),
    content=_content,
    sentences=sentences,
)


def register() -> None:
    _TIERS.register(_OPERATIONS)
