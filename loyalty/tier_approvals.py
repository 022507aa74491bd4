"""Changes of a programme's tiers that may need somebody's yes, and how they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from core import words
from loyalty.models import LoyaltyTier
from loyalty.selectors import tiers as selectors
from loyalty.services import tiers
from loyalty.services.tiers import MappingSpec, TierSpec
from promotions.approval_belongings import Belongings, Content, by_name
from promotions.models import Campaign

LADDER: Final = "loyalty_tiers"

_OPERATIONS: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = {
    "loyalty_tiers.create": ("New loyalty tiers", tiers.create),
    "loyalty_tiers.update": ("Change a loyalty tier", tiers.update),
    "loyalty_tiers.delete": ("Remove a loyalty tier", tiers.delete),
}


def _content(campaign: Campaign) -> Content:
    """All tiers of the programme: what a change of one means is seen beside the others."""
    described = [tiers.described(tier) for tier in selectors.of_programme(campaign.pk)]
    return by_name(described, "name")


def sentences(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """What becomes different for members, from the lowest tier to the highest."""
    old, new = before or {}, after or {}
    said = [f"Tier {name} goes" for name in old if name not in new]
    for name, tier in sorted(new.items(), key=lambda one: int(one[1]["points"]["from"])):
        if name not in old:
            said.append(f"New tier {name}: {_range(tier['points'])}")
            said += _mapped(name, {}, tier)
        elif old[name] != tier:
            if old[name]["points"] != tier["points"]:
                said.append(f"Tier {name}: {_range(tier['points'])}, until now {_range(old[name]['points'])}")
            said += _mapped(name, old[name], tier)
            if old[name]["metadata"] != tier["metadata"]:
                said.append(f"Tier {name} has other metadata")
    return said


def _range(points: Content) -> str:
    if points["to"] is None:
        return f"from {words.number(points['from'])} points"
    return f"{words.number(points['from'])} to {words.number(points['to'])} points"


def _mapped(name: str, old: Content, new: Content) -> list[str]:
    said = []
    for key, thing in (("earning_rules", "earning rule"), ("rewards", "reward")):
        before, after = old.get(key, {}), new.get(key, {})
        said += [f"Tier {name}, {thing} {one}: as for everybody" for one in before if one not in after]
        said += [
            f"Tier {name}, {thing} {one}: {_difference(mapping)}"
            for one, mapping in after.items()
            if before.get(one) != mapping
        ]
    return said


def _difference(mapping: Content) -> str:
    if "multiplier" in mapping:
        return f"points × {mapping['multiplier']}"
    if "points" in mapping:
        return f"{words.number(mapping['points'])} points"
    return "not available"


_TIERS: Final = Belongings(
    target_type=LADDER,
    kind=Campaign.CampaignType.LOYALTY_PROGRAM,
    model=LoyaltyTier,
    argument="loyalty_tier_id",
    specs=(TierSpec, MappingSpec),
    content=_content,
    sentences=sentences,
)


def register() -> None:
    _TIERS.register(_OPERATIONS)
