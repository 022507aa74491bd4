"""Changes of a programme's tiers that may need somebody's yes, and how they read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from django.urls import reverse

from approvals import registry
from approvals.registry import Arguments, Operation, Subject
from core import words
from loyalty.models import LoyaltyTier
from loyalty.selectors import tiers as selectors
from loyalty.services import tiers
from loyalty.services.tiers import MappingSpec, TierSpec
from promotions import approval_contents as contents
from promotions import approval_facts as facts
from promotions.models import Campaign

LADDER: Final = "loyalty_tiers"
type Content = Mapping[str, Any]

_OPERATIONS: Final[Mapping[str, tuple[str, Callable[..., Any]]]] = {
    "loyalty_tiers.create": ("New loyalty tiers", tiers.create),
    "loyalty_tiers.update": ("Change a loyalty tier", tiers.update),
    "loyalty_tiers.delete": ("Remove a loyalty tier", tiers.delete),
}


def register() -> None:
    for name, (label, service) in _OPERATIONS.items():
        registry.register(
            Operation(
                name=name,
                label=label,
                permission="campaigns.modify",
                service=service,
                describe=_ladder,
                specs=(TierSpec, MappingSpec),
                touched=_touched,
                counts_as=("campaigns.update",),
            )
        )
    registry.register_words(LADDER, sentences)
    registry.register_page(LADDER, _page)


def _ladder(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """All tiers of the programme, by name: what a change of one means is seen beside the others."""
    campaign = Campaign.objects.filter(pk=_campaign_id(arguments) or 0).first()
    if campaign is None:
        return Subject(type=LADDER, is_running=False)
    content = contents.campaign(campaign.pk)
    ladder = {str(tier.public_id): tiers.described(tier) for tier in selectors.of_programme(campaign.pk)}
    return Subject(
        type=LADDER,
        id=campaign.public_id,
        label=campaign.name,
        content=_by_name(ladder.values()),
        facts=facts.of(content, arguments["now"]) | facts.of_places(campaign.places),
        is_running=not campaign.is_draft,
    )


def _by_name(described: Iterable[Content]) -> dict[str, Any]:
    """Ids of new tiers are made anew with each run, so names say which is which."""
    found: dict[str, Any] = {}
    for one in described:
        name = one["name"]
        while name in found:
            name = f"{name} ·"
        found[name] = {key: value for key, value in one.items() if key != "name"}
    return found


def _campaign_id(arguments: Arguments) -> int | None:
    if "campaign_id" in arguments:
        return int(arguments["campaign_id"])
    rows = LoyaltyTier._base_manager.filter(pk=arguments["loyalty_tier_id"])
    return rows.values_list("campaign", flat=True).first()


def _touched(arguments: Arguments) -> Iterator[Iterable[str]]:
    rows = Campaign._base_manager.filter(pk=_campaign_id(arguments) or 0)
    yield from rows.values_list("places", flat=True)


def _page(public_id: str) -> str:
    pk = Campaign.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    return "" if pk is None else reverse("admin:promotions_campaign_change", args=[pk])


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
