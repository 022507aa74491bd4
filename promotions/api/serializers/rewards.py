"""Rewards and their prices on the wire. Contract: loyalty 8."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from core.api.fields import (
    BooleanField,
    IntegerField,
    ListField,
    MetadataField,
    StrictField,
    TextField,
    WireSerializer,
    parse,
    plain,
)
from core.errors import InvalidPayload
from core.instants import format_instant, format_optional
from promotions.models import Reward, RewardAssignment
from promotions.services.reward_assignments import AssignmentSpec
from promotions.services.rewards import RewardSpec

_LARGEST: Final = 10**12
_MOST: Final = 100


class NumberField(StrictField):
    """A number, or its text: SDKs send ratios as text."""

    default_error_messages = {"type": "must be a number"}

    def to_internal_value(self, data: Any) -> Decimal:
        try:
            is_number = isinstance(data, str | int | Decimal) and not isinstance(data, bool)
            found = Decimal(data) if is_number else None
        except ArithmeticError:
            found = None
        if found is None or not found.is_finite():
            self.fail("type")
        return found

    def to_representation(self, value: Decimal) -> Any:
        return plain(value)


class _CampaignInput(WireSerializer):
    id = TextField(allow_blank=False, max_length=255)
    balance = IntegerField(lowest=-_LARGEST, highest=_LARGEST, required=False, allow_null=True)


class _ProductInput(WireSerializer):
    id = TextField(required=False, allow_blank=False, max_length=255)
    sku_id = TextField(required=False, allow_null=True, max_length=255)


class _CoinInput(WireSerializer):
    exchange_ratio = NumberField()
    points_ratio = NumberField(required=False, allow_null=True)


class _ParametersInput(WireSerializer):
    campaign = _CampaignInput(required=False, allow_null=True)
    product = _ProductInput(required=False, allow_null=True)
    coin = _CoinInput(required=False, allow_null=True)


class _AttributesInput(WireSerializer):
    image_url = TextField(required=False, allow_null=True, max_length=1000)
    description = TextField(required=False, allow_null=True)


class RewardInput(WireSerializer):
    name = TextField(required=False, max_length=255)
    parameters = _ParametersInput(required=False)
    stock = IntegerField(lowest=0, highest=2**31 - 1, required=False, allow_null=True)
    attributes = _AttributesInput(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


def reward_spec(data: Any, *, creating: bool) -> RewardSpec:
    """The type is what `parameters` hold. :raises InvalidPayload: two of them, or none in a new reward."""
    given = parse(RewardInput, data)
    parameters = {key: value for key, value in (given.get("parameters") or {}).items() if value is not None}
    if len(parameters) > 1 or (creating and not parameters):
        raise InvalidPayload("Property .parameters must hold one of: campaign, product, coin")
    values: dict[str, Any] = {name: given[name] for name in ("name", "stock") if name in given}
    for name, value in (given.get("attributes") or {}).items():
        values[name] = value or ""
    if given.get("metadata"):
        values["metadata"] = given["metadata"]
    kind = next(iter(parameters), "")
    return RewardSpec(type=_TYPES.get(kind, ""), values=values | _said(kind, parameters.get(kind) or {}))


_TYPES: Final = {"campaign": Reward.Type.CAMPAIGN, "product": Reward.Type.MATERIAL, "coin": Reward.Type.COIN}


def _said(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    match kind:
        case "campaign":
            balance = {"balance": given["balance"]} if "balance" in given else {}
            return {"campaign": given["id"], **balance}
        case "product":
            product = {"product": given["id"]} if "id" in given else {}
            return product | ({"sku": given["sku_id"]} if "sku_id" in given else {})
        case "coin":
            return {"exchange_ratio": given["exchange_ratio"]} | _points_ratio(given)
    return {}


def _points_ratio(given: Mapping[str, Any]) -> dict[str, int]:
    ratio = given.get("points_ratio")
    if ratio is None:
        return {}
    if ratio != int(ratio):
        raise InvalidPayload("Property .parameters.coin.points_ratio must be a whole number")
    return {"points_ratio": int(ratio)}


def reward_output(reward: Reward) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "id": reward.public_id,
        "name": reward.name,
        "stock": reward.stock,
        "redeemed": reward.redeemed,
    }
    told = {"image_url": reward.image_url, "description": reward.description}
    if attributes := {name: text for name, text in told.items() if text}:
        wire["attributes"] = attributes
    return wire | {
        "metadata": reward.metadata,
        "type": reward.type,
        "parameters": parameters_output(reward),
        "created_at": format_instant(reward.created_at),
        "updated_at": format_optional(reward.updated_at),
        "object": "reward",
    }


def parameters_output(reward: Reward) -> dict[str, Any]:
    if reward.campaign is not None:
        campaign: dict[str, Any] = {"id": reward.campaign.public_id, "type": reward.campaign.campaign_type}
        return {"campaign": campaign | ({} if reward.balance is None else {"balance": reward.balance})}
    if reward.product is not None:
        sku = reward.sku.public_id if reward.sku else None
        return {"product": {"id": reward.product.public_id, "sku_id": sku}}
    ratio = reward.exchange_ratio or Decimal(0)
    return {"coin": {"exchange_ratio": plain(ratio.normalize()), "points_ratio": reward.points_ratio}}


class _LoyaltyInput(WireSerializer):
    points = IntegerField(lowest=1, highest=_LARGEST, required=False)
    auto_redeem = BooleanField(required=False, allow_null=True)


class _PriceInput(WireSerializer):
    loyalty = _LoyaltyInput(required=False, allow_null=True)


class _TermsInput(WireSerializer):
    parameters = _PriceInput(required=False, allow_null=True)
    validation_rules = ListField(
        child=TextField(allow_blank=False, max_length=255), required=False, allow_null=True, max_length=1
    )


class AssignmentInput(_TermsInput):
    """`POST /v1/rewards/{id}/assignments`: in which programme."""

    campaign = TextField(allow_blank=False, max_length=255)


class OfferInput(_TermsInput):
    """One entry of `POST /v1/loyalties/{id}/rewards`: which reward."""

    reward = TextField(allow_blank=False, max_length=255)


class AssignmentUpdateInput(_TermsInput):
    pass


def assignment_spec(given: Mapping[str, Any]) -> AssignmentSpec:
    values = dict((given.get("parameters") or {}).get("loyalty") or {})
    if given.get("validation_rules") is not None:
        values["rule"] = next(iter(given["validation_rules"]), None)
    return AssignmentSpec(values=values)


def offers(data: Any) -> list[tuple[str, AssignmentSpec]]:
    """:raises InvalidPayload: no array of rewards."""
    if not isinstance(data, list) or not 1 <= len(data) <= _MOST:
        raise InvalidPayload(f"The body must be an array of 1 to {_MOST} rewards.")
    given = [parse(OfferInput, one) for one in data]
    return [(one["reward"], assignment_spec(one)) for one in given]


def assignment_output(row: RewardAssignment, *, points: int | None = None) -> dict[str, Any]:
    """`points`: the price for whoever asks, where it is another one than everybody's."""
    wire: dict[str, Any] = {
        "id": row.public_id,
        "reward_id": row.reward.public_id,
        "created_at": format_instant(row.created_at),
        "updated_at": format_optional(row.updated_at),
        "object": "reward_assignment",
        "related_object_id": row.campaign.public_id,
        "related_object_type": "campaign",
    }
    if row.points is not None:
        price = row.points if points is None else points
        wire["parameters"] = {"loyalty": {"points": price, "auto_redeem": row.auto_redeem}}
    return wire
