"""Changes of rewards and of their prices that may need somebody's yes, and how they read."""

from __future__ import annotations

from typing import Any, Final

from approvals import registry
from approvals.registry import Arguments, Operation, Subject
from core import words
from promotions import approval_pages
from promotions.approval_belongings import Belongings, Content, by_name
from promotions.models import Campaign, Reward, RewardAssignment
from promotions.services import reward_assignments, rewards
from promotions.services.reward_assignments import AssignmentSpec
from promotions.services.rewards import RewardSpec

REWARD: Final = "reward"
OFFERS: Final = "rewards_of_programme"

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
    registry.register_words(REWARD, sentences)
    registry.register_page(REWARD, approval_pages.page_of(Reward))
    _OFFERS.register(
        {
            "reward_assignments.create": ("Offer a reward", reward_assignments.create),
            "reward_assignments.update": ("Change the price of a reward", reward_assignments.update),
            "reward_assignments.delete": ("No longer offer a reward", reward_assignments.delete),
        }
    )


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


def _offers(campaign: Campaign) -> Content:
    """Everything that the programme offers: a price is seen beside the others."""
    rows = RewardAssignment.objects.filter(campaign=campaign, deleted_at=None)
    described = [
        reward_assignments.described(row)
        for row in rows.select_related("reward", "campaign", "rule").order_by("pk")
    ]
    return by_name(described, "reward", without=["campaign"])


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


_OFFERS: Final = Belongings(
    target_type=OFFERS,
    kind=Campaign.CampaignType.LOYALTY_PROGRAM,
    model=RewardAssignment,
    argument="assignment_id",
    specs=(AssignmentSpec,),
    content=_offers,
    sentences=sentences_of_offers,
)


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
