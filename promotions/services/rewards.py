"""The catalogue of rewards: what members of programmes, or who recommends, may get. Contract: loyalty 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from commerce.models import Product, Sku
from core import audit
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, NotFound, ResourceInUse
from core.locking import lock
from core.services import metadata_schemas
from promotions.models import Campaign, Reward, RewardAssignment

MOST: Final = 10**12
_PLAIN: Final = ("name", "stock", "description", "image_url")
_OF_TYPE: Final = {
    Reward.Type.CAMPAIGN: ("campaign", "balance"),
    Reward.Type.MATERIAL: ("product", "sku"),
    Reward.Type.COIN: ("exchange_ratio", "points_ratio"),
}
_WITH_BALANCE: Final = (Campaign.CampaignType.GIFT_VOUCHERS, Campaign.CampaignType.LOYALTY_PROGRAM)
_GIVEN: Final = (*_WITH_BALANCE, Campaign.CampaignType.DISCOUNT_COUPONS)


class InvalidBalance(DomainError):
    key = "invalid_balance"
    message = "Invalid balance"


@dataclass(frozen=True, kw_only=True)
class RewardSpec:
    """What a caller says about a reward. `values` are columns; `campaign`, `product` and `sku` are public ids
    (a product's or SKU's `source_id` too). What is left out stays; metadata is merged per key. The `type`
    counts only for a new one.
    """

    type: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@gated("rewards.create")
@transaction.atomic
def create(*, spec: RewardSpec, actor: Actor, now: datetime) -> Reward:
    """Put a reward into the catalogue; nobody can get it before a programme offers it.

    :raises InvalidPayload: a type that there is not, no name, or values that do not fit the type.
    :raises InvalidBalance: credits or points that are not above zero.
    :raises NotFound: there is no such campaign, product or SKU.
    """
    if spec.type not in Reward.Type.values:
        raise InvalidPayload("parameters: one of campaign, product and coin says what the reward is.")
    reward = Reward(type=spec.type, created_at=now)
    metadata_schemas.check(resource="reward", metadata=spec.values.get("metadata") or {}, creating=True)
    _set(reward, spec.values)
    _check(reward)
    reward.save(force_insert=True)
    audit.log(actor, "reward.created", reward, now=now, after=described(reward))
    return reward


@gated("rewards.update")
@transaction.atomic
def update(*, reward_id: int, spec: RewardSpec, actor: Actor, now: datetime) -> Reward:
    """Change what was said; its type stays. Whoever got it before keeps what he got.

    :raises DomainError: as `create`. :raises NotFound: it was deleted.
    :raises InvalidPayload: a stock below what was given already.
    """
    reward = _locked(reward_id)
    if spec.type not in ("", reward.type):
        raise InvalidPayload("parameters: what a reward is stays as it was made.")
    before = described(reward)
    metadata_schemas.check(resource="reward", metadata=spec.values.get("metadata") or {}, creating=False)
    _set(reward, spec.values)
    _check(reward)
    old, new = audit.changes(before, described(reward))
    if new:
        reward.updated_at = now
        # Without the counter of what was given: it moves by statements of its own.
        reward.save(update_fields=[*_PLAIN, *_OF_TYPE[Reward.Type(reward.type)], "metadata", "updated_at"])
        audit.log(actor, "reward.updated", reward, now=now, before=old, after=new)
    return reward


@gated("rewards.delete")
@transaction.atomic
def delete(*, reward_id: int, actor: Actor, now: datetime) -> None:
    """Take it out of the catalogue. What members got stays theirs.

    :raises NotFound: it was deleted before. :raises ResourceInUse: programmes offer it.
    """
    reward = _locked(reward_id)
    offered = RewardAssignment._base_manager.filter(reward=reward, deleted_at=None)
    if named := list(offered.order_by("pk").values_list("public_id", flat=True)[:20]):
        raise ResourceInUse(
            f"The reward is offered by programmes: {', '.join(named)}. Delete these assignments first.",
            resource_id=reward.public_id,
            resource_type="reward",
        )
    reward.deleted_at = reward.updated_at = now
    reward.save(update_fields=["deleted_at", "updated_at"])
    audit.log(actor, "reward.deleted", reward, now=now, before=described(reward))


def described(reward: Reward) -> dict[str, Any]:
    """What somebody sees of it who says yes to a change, or reads what was done."""
    parts = {name: getattr(reward, name) for name in ("campaign", "product", "sku")}
    ratio = reward.exchange_ratio
    return {
        "name": reward.name,
        "type": reward.type,
        **{name: part.public_id for name, part in parts.items() if part is not None},
        **({} if reward.balance is None else {"balance": reward.balance}),
        **({} if ratio is None else {"exchange_ratio": f"{ratio.normalize():f}"}),
        **({} if reward.points_ratio is None else {"points_ratio": reward.points_ratio}),
        "stock": reward.stock,
        "description": reward.description,
        "image_url": reward.image_url,
        "metadata": reward.metadata,
    }


def _locked(reward_id: int) -> Reward:
    if not lock(Reward.objects.filter(pk=reward_id, deleted_at=None)):
        raise NotFound.of("reward", str(reward_id))
    return Reward.objects.select_related("campaign", "product", "sku").get(pk=reward_id)


def _set(reward: Reward, values: Mapping[str, Any]) -> None:
    for name in _PLAIN:
        if name in values:
            is_text = name in ("name", "description", "image_url")
            setattr(reward, name, (values[name] or "") if is_text else values[name])
    if values.get("metadata"):
        reward.metadata = {**reward.metadata, **values["metadata"]}
    match Reward.Type(reward.type):
        case Reward.Type.CAMPAIGN:
            if "campaign" in values:
                reward.campaign = _campaign(values["campaign"])
            if "balance" in values:
                reward.balance = values["balance"]
        case Reward.Type.MATERIAL:
            _set_article(reward, values)
        case Reward.Type.COIN:
            for name in _OF_TYPE[Reward.Type.COIN]:
                if name in values:
                    setattr(reward, name, values[name])


def _campaign(public_id: str) -> Campaign:
    found = Campaign.objects.filter(public_id=public_id or "", deleted_at=None).first()
    if found is None:
        raise NotFound.of("campaign", str(public_id))
    return found


def _set_article(reward: Reward, values: Mapping[str, Any]) -> None:
    """A SKU brings its product along; another product has other SKUs."""
    if values.get("product"):
        product = _article(Product, values["product"], "product")
        if product != reward.product:
            reward.sku = None
        reward.product = product
    if values.get("sku"):
        reward.sku = _article(Sku, values["sku"], "sku")
        if values.get("product") and reward.sku.product_id != reward.product_id:
            raise InvalidPayload("parameters.product.sku_id: it is no SKU of this product.")
        reward.product = reward.sku.product
    elif "sku" in values:
        reward.sku = None


def _article(model: Any, reference: str, noun: str) -> Any:
    rows = model.objects.filter(public_id=reference) | model.objects.filter(source_id=reference)
    found = rows.order_by("pk").first()
    if found is None:
        raise NotFound.of(noun, reference)
    return found


def _check(reward: Reward) -> None:
    """:raises DomainError: it means nothing."""
    reward.name = reward.name.strip()
    if not reward.name:
        raise InvalidPayload("name: a reward needs a name.")
    if reward.stock is not None and not reward.redeemed <= reward.stock <= 2**31 - 1:
        raise InvalidPayload(
            f"stock: at least what was given already ({reward.redeemed}), or null for no limit."
        )
    match Reward.Type(reward.type):
        case Reward.Type.CAMPAIGN:
            _check_campaign(reward)
        case Reward.Type.MATERIAL:
            if reward.product is None:
                raise InvalidPayload("parameters.product.id is needed.")
        case Reward.Type.COIN:
            _check_coin(reward)


def _check_campaign(reward: Reward) -> None:
    campaign = reward.campaign
    if campaign is None:
        raise InvalidPayload("parameters.campaign.id is needed.")
    if campaign.campaign_type not in _GIVEN:
        raise InvalidPayload(
            "parameters.campaign.id: a campaign of coupons, gift cards or a loyalty programme is needed."
        )
    if campaign.campaign_type not in _WITH_BALANCE:
        reward.balance = None
    elif reward.balance is None or not 0 < reward.balance <= MOST:
        raise InvalidBalance("parameters.campaign.balance must be a whole number above 0.")


def _check_coin(reward: Reward) -> None:
    ratio = reward.exchange_ratio
    if ratio is None or not Decimal(0) < ratio <= 10**9 or ratio != round(ratio, 6):
        raise InvalidPayload(
            "parameters.coin.exchange_ratio must be a number above 0 with at most 6 decimals."
        )
    if reward.points_ratio is None:
        reward.points_ratio = 1
    if not 1 <= reward.points_ratio <= 10**9:
        raise InvalidPayload("parameters.coin.points_ratio must be a whole number above 0.")
