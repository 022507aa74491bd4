"""Promotion tiers on the wire: null fields are left out (contract: semantics-core 1.1, 16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.api.fields import BooleanField, IntegerField, TextField
from core.instants import format_instant, format_optional
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.definition_input import DefinitionInput, definition_columns
from promotions.api.serializers.discounts import ActionInput, discount_output
from promotions.api.serializers.rules import (
    RuleAssignmentsInput,
    assignments_output,
    given_rules,
    rule_ids,
)
from promotions.api.serializers.validity import validity_output, without_nulls
from promotions.models import Campaign, PromotionTier
from promotions.services.tiers import TierSpec

_LAST_PLACE: Final = 100_000


class TierChangeInput(DefinitionInput):
    name = TextField(required=False, allow_blank=False, max_length=255)
    banner = TextField(required=False, allow_null=True, max_length=500)
    action = ActionInput(required=False, allow_null=True)
    hierarchy = IntegerField(lowest=1, highest=_LAST_PLACE, required=False, allow_null=True)
    active = BooleanField(required=False, allow_null=True)


class TierInput(TierChangeInput):
    name = TextField(allow_blank=False, max_length=255)
    validation_rules = rule_ids()
    validation_rule_assignments = RuleAssignmentsInput(required=False, allow_null=True)


def tier_spec(given: Mapping[str, Any]) -> TierSpec:
    columns = definition_columns(given)
    if "name" in given:
        columns["name"] = given["name"]
    if "banner" in given:
        columns["banner"] = given["banner"] or ""
    discount = (given.get("action") or {}).get("discount")
    if discount is not None:
        columns["discount"] = discount
    if given.get("hierarchy") is not None:
        columns["hierarchy"] = given["hierarchy"]
    if given.get("active") is not None:
        columns["is_active"] = given["active"]
    return TierSpec(values=columns, metadata=given.get("metadata") or {}, rules=given_rules(given))


def tier_output(tier: PromotionTier) -> dict[str, Any]:
    """One tier with its own limits; those of its campaign stand in `campaign`.

    Reads campaign, category and rule: load them along (`selectors.tiers.printable`).
    """
    limits = validity_output(tier)
    return without_nulls(
        {
            "id": tier.public_id,
            "created_at": format_instant(tier.created_at),
            "updated_at": format_optional(tier.updated_at),
            "name": tier.name,
            "banner": tier.banner or None,
            "action": {"discount": discount_output(tier.discount)},
            "metadata": tier.metadata,
            "hierarchy": tier.hierarchy,
            "promotion_id": tier.campaign.public_id,
            "campaign": _campaign_of_tier(tier.campaign),
            "campaign_id": tier.campaign.public_id,
            "active": tier.is_active,
            **limits,
            "summary": {
                "redemptions": {"total_redeemed": tier.redeemed_quantity},
                "orders": {
                    "total_amount": tier.orders_total_amount,
                    "total_discount_amount": tier.orders_total_discount_amount,
                },
            },
            "object": "promotion_tier",
            "validation_rule_assignments": assignments_output(tier),
            "category": tier.category.name if tier.category else None,
            "category_id": tier.category.public_id if tier.category else None,
            "categories": categories_output(tier.category),
        }
    )


def tiers_output(tiers: Sequence[PromotionTier]) -> dict[str, Any]:
    """All tiers of one campaign: a list without pages."""
    return {
        "object": "list",
        "data_ref": "tiers",
        "tiers": [tier_output(tier) for tier in tiers],
        "total": len(tiers),
        "has_more": False,
    }


def _campaign_of_tier(campaign: Campaign) -> dict[str, Any]:
    return without_nulls(
        {
            "id": campaign.public_id,
            **validity_output(campaign),
            "active": campaign.is_active,
            "category_id": campaign.category.public_id if campaign.category else None,
            "object": "campaign",
        }
    )
