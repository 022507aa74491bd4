"""Tiers of programmes on the wire. Contract: loyalty 10.1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from core.api.fields import (
    IntegerField,
    MapField,
    MetadataField,
    StrictField,
    TextField,
    WireSerializer,
    parse,
    plain,
)
from core.errors import InvalidPayload
from core.instants import format_instant, format_optional
from loyalty.models import LoyaltyCard, LoyaltyTier, TierChange, TierMapping
from loyalty.selectors import tiers as selectors
from loyalty.services.tiers import MOST_TIERS, MappingSpec, TierSpec
from promotions.models import Voucher

_MOST_MAPPINGS: Final = 200


class _NumberField(StrictField):
    default_error_messages = {"type": "must be a number"}

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            self.fail("type")
        return Decimal(data)

    def to_representation(self, value: Decimal) -> Any:
        return plain(value)


class _MappingInput(WireSerializer):
    type = TextField()
    multiplier = _NumberField(required=False, allow_null=True)
    points = IntegerField(lowest=0, required=False, allow_null=True)


class _RangeInput(WireSerializer):
    # `from` is no name for a Python class.
    def get_fields(self) -> dict[str, Any]:
        return {
            "from": IntegerField(lowest=0, required=False),
            "to": IntegerField(lowest=0, required=False, allow_null=True),
        }


class TierInput(WireSerializer):
    name = TextField(allow_blank=False, max_length=255)
    points = _RangeInput()
    earning_rules = MapField(child=_MappingInput(), required=False, allow_null=True)
    rewards = MapField(child=_MappingInput(), required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


def tier_specs(body: Any) -> tuple[TierSpec, ...]:
    """:raises InvalidPayload: no array of tiers."""
    if not isinstance(body, list) or not 1 <= len(body) <= MOST_TIERS:
        raise InvalidPayload(f"The body must be an array of 1 to {MOST_TIERS} tiers.")
    return tuple(_spec(parse(TierInput, one)) for one in body)


def _spec(given: Mapping[str, Any]) -> TierSpec:
    return TierSpec(
        name=given["name"],
        points_from=given["points"].get("from", 0),
        points_to=given["points"].get("to"),
        earning_rules=_mappings(given.get("earning_rules")),
        rewards=_mappings(given.get("rewards")),
        metadata=given.get("metadata") or {},
    )


def _mappings(given: Mapping[str, Mapping[str, Any]] | None) -> dict[str, MappingSpec]:
    if given is not None and len(given) > _MOST_MAPPINGS:
        raise InvalidPayload(f"A tier may have at most {_MOST_MAPPINGS} mappings of a kind.")
    return {
        key: MappingSpec(type=one["type"], multiplier=one.get("multiplier"), points=one.get("points"))
        for key, one in (given or {}).items()
    }


def tier_output(tier: LoyaltyTier, mappings: Sequence[TierMapping] | None = None) -> dict[str, Any]:
    """One tier; `mappings` are loaded if they are not given. Reads its campaign."""
    if mappings is None:
        mappings = selectors.mappings_of([tier.pk]).get(tier.pk, [])
    points: dict[str, Any] = {"from": tier.points_from}
    if tier.points_to is not None:
        points["to"] = tier.points_to
    return {
        "id": tier.public_id,
        "name": tier.name,
        "campaign_id": tier.campaign.public_id,
        "metadata": tier.metadata,
        "created_at": format_instant(tier.created_at),
        "updated_at": format_optional(tier.updated_at),
        "earning_rules": {
            str(one.earning_rule.public_id): _mapping_output(one) for one in mappings if one.earning_rule
        },
        "rewards": {
            str(one.assignment.public_id): _mapping_output(one) for one in mappings if one.assignment
        },
        "config": {"points": points},
        "points": points,
        "object": "loyalty_tier",
    }


def _mapping_output(mapping: TierMapping) -> dict[str, Any]:
    said: dict[str, Any] = {"type": mapping.type}
    if mapping.multiplier is not None:
        said["multiplier"] = plain(mapping.multiplier)
    if mapping.points is not None:
        said["points"] = mapping.points
    return said


def tiers_output(tiers: Sequence[LoyaltyTier]) -> list[dict[str, Any]]:
    """Many tiers, with the mappings of all of them in one query."""
    mappings = selectors.mappings_of([tier.pk for tier in tiers])
    return [tier_output(tier, mappings.get(tier.pk, [])) for tier in tiers]


def held_tier_output(
    tier: LoyaltyTier, *, card: LoyaltyCard, voucher: Voucher, change: TierChange | None
) -> dict[str, Any]:
    """A tier that a member holds, with from when to when. `change` is how he got it."""
    given_at: datetime = change.created_at if change else card.opened_at
    held: dict[str, Any] = {
        "customer_id": voucher.holder.public_id if voucher.holder else None,
        "campaign_id": tier.campaign.public_id,
        "tier_id": tier.public_id,
        "start_date": card.tier_since.isoformat() if card.tier_since else None,
        "expiration_date": card.tier_until.isoformat() if card.tier_until else None,
        "created_at": format_instant(given_at),
        "updated_at": None,
    }
    said = {key: value for key, value in held.items() if value is not None}
    return {**tier_output(tier), "expiration": said}


def list_output(data: Sequence[Any]) -> dict[str, Any]:
    return {"object": "list", "data_ref": "data", "data": list(data), "total": len(data)}
