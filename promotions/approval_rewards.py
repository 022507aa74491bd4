"""Changes of rewards and of their prices that may need somebody's yes, and how they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.urls import reverse

from approvals import registry
from approvals.registry import Arguments, Operation, Subject
from core import words
from promotions import approval_contents as contents
from promotions import approval_facts as facts
from promotions.models import Campaign, Reward, RewardAssignment
from promotions.services import reward_assignments, rewards
from promotions.services.reward_assignments import AssignmentSpec
from promotions.services.rewards import RewardSpec

REWARD: Final = "reward"
OFFERS: Final = "rewards_of_programme"
type Content = Mapping[str, Any]

_WORDS: Final = {
    "name": "Name",
    "campaign": "Campaign",
    "balance": "Credits or points",
    "product": "Product",
    "sku": "SKU",
    "exchange_ratio": "Pays, in whole units of the currency",
    "points_ratio": "For so many points",
    "stock": "Stock",
    "description": "Description",
    "image_url": "Picture",
    "metadata": "Metadata",
    "points": "Price in points",
    "auto_redeem": "Redeems itself",
    "limit_per_card": "So many a member",
    "rule": "Only if",
}


def register() -> None:
    for verb, label, service in (
        ("create", "New reward", rewards.create),
        ("update", "Change a reward", rewards.update),
        ("delete", "Delete a reward", rewards.delete),
    ):
        permission = "modify" if verb == "update" else verb
        registry.register(
            Operation(
                name=f"rewards.{verb}",
                label=label,
                permission=f"rewards.{permission}",
                service=service,
                describe=_reward,
                specs=(RewardSpec,),
            )
        )
    for verb, label, change in (
        ("create", "Offer a reward", reward_assignments.create),
        ("update", "Change the price of a reward", reward_assignments.update),
        ("delete", "No longer offer a reward", reward_assignments.delete),
    ):
        registry.register(
            Operation(
                name=f"reward_assignments.{verb}",
                label=label,
                permission="campaigns.modify",
                service=change,
                describe=_offers,
                specs=(AssignmentSpec,),
                touched=_touched,
                counts_as=("campaigns.update",),
            )
        )
    registry.register_words(REWARD, sentences)
    registry.register_words(OFFERS, sentences_of_offers)
    registry.register_page(REWARD, _page_of_reward)
    registry.register_page(OFFERS, _page_of_programme)


def _reward(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    pk = arguments.get("reward_id") or (result.pk if isinstance(result, Reward) else 0)
    row = Reward.objects.select_related("campaign", "product", "sku").filter(pk=pk, deleted_at=None).first()
    if row is None:
        same: dict[str, Any] = {} if before is None else {"id": before.id, "label": before.label}
        return Subject(type=REWARD, is_running=bool(before and before.is_running), **same)
    offered = RewardAssignment._base_manager.filter(reward=row, deleted_at=None)
    return Subject(
        type=REWARD,
        id=row.public_id,
        label=row.name,
        content=rewards.described(row),
        is_running=offered.exclude(campaign__lifecycle__in=["DRAFT"]).exists(),
    )


def _offers(arguments: Arguments, result: Any, before: Subject | None) -> Subject:
    """Everything that the programme offers, by name: a price is seen beside the others."""
    campaign = Campaign.objects.filter(pk=_campaign_id(arguments) or 0).first()
    if campaign is None:
        return Subject(type=OFFERS, is_running=False)
    content = contents.campaign(campaign.pk)
    rows = RewardAssignment.objects.filter(campaign=campaign, deleted_at=None)
    described = [
        reward_assignments.described(row)
        for row in rows.select_related("reward", "campaign", "rule").order_by("pk")
    ]
    return Subject(
        type=OFFERS,
        id=campaign.public_id,
        label=campaign.name,
        content=_by_name(described),
        facts=facts.of(content, arguments["now"]) | facts.of_places(campaign.places),
        is_running=not campaign.is_draft,
    )


def _by_name(described: Iterable[Content]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in described:
        name = one["reward"]
        while name in found:
            name = f"{name} ·"
        found[name] = {key: value for key, value in one.items() if key not in ("reward", "campaign")}
    return found


def _campaign_id(arguments: Arguments) -> int | None:
    if "campaign_id" in arguments:
        return int(arguments["campaign_id"])
    rows = RewardAssignment._base_manager.filter(pk=arguments["assignment_id"])
    return rows.values_list("campaign", flat=True).first()


def _touched(arguments: Arguments) -> Iterator[Iterable[str]]:
    rows = Campaign._base_manager.filter(pk=_campaign_id(arguments) or 0)
    yield from rows.values_list("places", flat=True)


def _page_of_reward(public_id: str) -> str:
    pk = Reward.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    return "" if pk is None else reverse("admin:promotions_reward_change", args=[pk])


def _page_of_programme(public_id: str) -> str:
    pk = Campaign.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    return "" if pk is None else reverse("admin:promotions_campaign_change", args=[pk])


def sentences(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """What becomes different about a reward."""
    old, new = before or {}, after or {}
    if not new:
        return [f"The reward {old.get('name', '')} goes"]
    if not old:
        return [f"New reward {new['name']}", *_changed({}, new)]
    return _changed(old, new)


def sentences_of_offers(target_type: str, before: Content | None, after: Content | None) -> list[str]:
    """What members of a programme get, and for how many points, that is new to them."""
    old, new = before or {}, after or {}
    said = [f"{name} is no longer offered" for name in old if name not in new]
    for name, offer in new.items():
        if name not in old:
            price = offer["points"]
            said.append(
                f"{name} for {words.number(price)} points"
                if price
                else f"{name}: members may pay with points"
            )
            said += [f"{name}: {line}" for line in _changed({}, {**offer, "points": None})]
        else:
            said += [f"{name}: {line}" for line in _changed(old[name], offer)]
    return said


def _changed(old: Content, new: Content) -> list[str]:
    said = []
    for key, label in _WORDS.items():
        was, becomes = old.get(key), new.get(key)
        if was != becomes and (old or becomes):
            until_now = f", until now {_shown(was)}" if old else ""
            said.append(f"{label}: {_shown(becomes)}{until_now}")
    return said


def _shown(value: Any) -> str:
    match value:
        case None | "" | {}:
            return "none"
        case bool():
            return "yes" if value else "no"
        case int():
            return words.number(value)
        case dict():
            return ", ".join(f"{key} {inner}" for key, inner in value.items())
    return str(value)
