"""Vouchers on the wire: explicit nulls everywhere (contract: semantics-core 1.1, 13)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from core.instants import format_instant, format_optional
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.discounts import discount_output
from promotions.api.serializers.rules import no_assignments
from promotions.api.serializers.validity import validity_output
from promotions.models import Voucher


def voucher_output(voucher: Voucher) -> dict[str, Any]:
    """One voucher. What it does not set itself is shown as its campaign sets it.

    Reads campaign, both categories and the holder: load them along (`selectors.vouchers.printable`).
    """
    return {**voucher_base_output(voucher), "validation_rules_assignments": no_assignments()}


def voucher_base_output(voucher: Voucher) -> dict[str, Any]:
    """One voucher in a list."""
    campaign = voucher.campaign
    category = voucher.category or (campaign.category if campaign else None)
    path = f"/v1/vouchers/{quote(voucher.code, safe='')}"
    return {
        "id": voucher.public_id,
        "code": voucher.code,
        "campaign": campaign.name if campaign else None,
        "campaign_id": campaign.public_id if campaign else None,
        "category": category.name if category else None,
        "category_id": category.public_id if category else None,
        "type": voucher.type,
        "discount": discount_output(voucher.discount or (campaign.discount if campaign else None)),
        "gift": None,
        "loyalty_card": None,
        **validity_output(voucher, campaign),
        "active": voucher.is_active,
        "additional_info": voucher.additional_info or None,
        "metadata": voucher.metadata,
        "assets": None,
        "is_referral_code": False,
        "created_at": format_instant(voucher.created_at),
        "updated_at": format_optional(voucher.updated_at),
        "holder_id": voucher.holder.public_id if voucher.holder else None,
        "object": "voucher",
        "publish": {
            "object": "list",
            "count": voucher.publish_count,
            "url": f"{path}/publications?page=1&limit=10",
        },
        "redemption": {
            "quantity": voucher.redemption_quantity,
            "redeemed_quantity": voucher.redeemed_quantity,
            "object": "list",
            "url": f"{path}/redemptions?page=1&limit=10",
        },
        "categories": categories_output(category),
    }
