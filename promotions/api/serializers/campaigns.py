"""Campaigns on the wire: null fields are left out (contract: semantics-core 1.1, 15, 22)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.instants import format_instant, format_optional
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.discounts import discount_output
from promotions.api.serializers.rules import no_assignments
from promotions.api.serializers.tiers import tier_output
from promotions.api.serializers.validity import validity_output, without_nulls
from promotions.code_config import CodeConfig
from promotions.models import Campaign, PromotionTier, Voucher


def campaign_output(campaign: Campaign, *, tiers: Sequence[PromotionTier] = ()) -> dict[str, Any]:
    """One campaign; `tiers` are those of a promotion, in their order.

    Reads the category: load it along (`selectors.campaigns.printable`).
    """
    wire = campaign_base_output(campaign)
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        wire["promotion"] = {
            "object": "list",
            "data_ref": "tiers",
            "tiers": [tier_output(tier) for tier in tiers],
            "total": len(tiers),
            "has_more": False,
        }
    return {**wire, "validation_rules_assignments": no_assignments()}


def campaign_base_output(campaign: Campaign) -> dict[str, Any]:
    """One campaign in a list."""
    limits = validity_output(campaign)
    start, end = limits.pop("start_date"), limits.pop("expiration_date")
    wire = without_nulls(
        {
            "id": campaign.public_id,
            "name": campaign.name,
            "description": campaign.description or None,
            "campaign_type": campaign.campaign_type,
            "type": campaign.type,
            "voucher": _voucher_of_campaign(campaign),
            "auto_join": False,
            "join_once": campaign.join_once,
            "use_voucher_metadata_schema": campaign.use_voucher_metadata_schema,
            **limits,
            "activity_duration_after_publishing": campaign.activity_duration_after_publishing or None,
            "vouchers_count": campaign.vouchers_count,
            "start_date": start,
            "expiration_date": end,
            "active": campaign.is_active,
            "metadata": campaign.metadata,
            "created_at": format_instant(campaign.created_at),
            "updated_at": format_optional(campaign.updated_at),
            "category": campaign.category.name if campaign.category else None,
            "creation_status": campaign.generation_status,
            "vouchers_generation_status": campaign.generation_status,
            "protected": campaign.protected,
        }
    )
    # The one field that the contract wants as null.
    wire["category_id"] = campaign.category.public_id if campaign.category else None
    return {**wire, "categories": categories_output(campaign.category), "object": "campaign"}


def _voucher_of_campaign(campaign: Campaign) -> dict[str, Any] | None:
    """What the codes inherit; a promotion has none."""
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        return None
    return without_nulls(
        {
            "type": Voucher.Type.DISCOUNT_VOUCHER.value,
            "discount": discount_output(campaign.discount),
            "redemption": {"quantity": campaign.voucher_redemption_quantity},
            "code_config": CodeConfig.from_wire(campaign.code_config).to_wire(),
            "is_referral_code": False,
            **validity_output(campaign),
        }
    )
