"""Promotion tiers on the wire: null fields are left out (contract: semantics-core 1.1, 16)."""

from __future__ import annotations

from typing import Any

from core.instants import format_instant, format_optional
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.discounts import discount_output
from promotions.api.serializers.rules import no_assignments
from promotions.api.serializers.validity import validity_output, without_nulls
from promotions.models import Campaign, PromotionTier


def tier_output(tier: PromotionTier) -> dict[str, Any]:
    """One tier with its own limits; those of its campaign stand in `campaign`.

    Reads campaign and category: load them along (`selectors.tiers.printable`).
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
            "validation_rule_assignments": no_assignments(),
            "category": tier.category.name if tier.category else None,
            "category_id": tier.category.public_id if tier.category else None,
            "categories": categories_output(tier.category),
        }
    )


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
