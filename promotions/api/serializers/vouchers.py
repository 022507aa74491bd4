"""Vouchers on the wire: explicit nulls everywhere (contract: semantics-core 1.1, 13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from core.api.fields import BooleanField, ChoiceField, ListField, MetadataField, TextField, WireSerializer
from core.instants import format_instant, format_optional
from promotions import referral_codes
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.definition_input import (
    DefinitionInput,
    UsesInput,
    definition_columns,
    uses_column,
)
from promotions.api.serializers.discounts import DiscountField, discount_output
from promotions.api.serializers.gifts import GiftInput, gift_output, redeemed_amount
from promotions.api.serializers.loyalty_cards import CardInput, card_output, redeemed_points
from promotions.api.serializers.rules import assignments_output, given_rules, rule_ids
from promotions.api.serializers.validity import validity_output
from promotions.models import Voucher
from promotions.services.vouchers import LONGEST_INFO, VoucherSpec

MOST_BULK_ENTRIES: Final = 100_000

VOUCHER_TYPES: Final = tuple(Voucher.Type.values)


class VoucherBodyInput(DefinitionInput):
    """What both a new code of a campaign and a change may hold."""

    active = BooleanField(required=False, allow_null=True)
    additional_info = TextField(required=False, allow_null=True, max_length=LONGEST_INFO)
    discount = DiscountField(required=False, allow_null=True)


class VoucherChangeInput(VoucherBodyInput):
    gift = GiftInput(required=False, allow_null=True)


class CampaignVoucherInput(VoucherBodyInput):
    """A code that joins the campaign of the path."""

    code = TextField(required=False, allow_null=True)
    code_config = MetadataField(required=False, allow_null=True)
    redemption = UsesInput(required=False, allow_null=True)
    loyalty_card = CardInput(required=False, allow_null=True)


class VoucherInput(CampaignVoucherInput):
    """A new voucher."""

    type = ChoiceField(VOUCHER_TYPES, required=False, allow_null=True)
    gift = GiftInput(required=False, allow_null=True)
    campaign = TextField(required=False, allow_null=True, max_length=255)
    campaign_id = TextField(required=False, allow_null=True, max_length=255)
    validation_rules = rule_ids()


class VoucherImportInput(VoucherBodyInput):
    """One entry of a bulk import: its code is needed."""

    code = TextField(allow_blank=False, max_length=255)
    type = ChoiceField(VOUCHER_TYPES, required=False, allow_null=True)
    gift = GiftInput(required=False, allow_null=True)
    loyalty_card = CardInput(required=False, allow_null=True)
    redemption = UsesInput(required=False, allow_null=True)


class BulkEntryInput(WireSerializer):
    code = TextField(allow_blank=False, max_length=255)
    metadata = MetadataField()


class MetadataForManyInput(WireSerializer):
    codes = ListField(
        child=TextField(allow_blank=False, max_length=255), required=False, max_length=MOST_BULK_ENTRIES
    )
    metadata = MetadataField(required=False)


def voucher_spec(given: Mapping[str, Any], *, code: str | None = None) -> VoucherSpec:
    """The spec of a validated body; a `code` of the path beats the one of the body."""
    columns = definition_columns(given) | uses_column(given, "redemption_quantity")
    if given.get("active") is not None:
        columns["is_active"] = given["active"]
    if "additional_info" in given:
        columns["additional_info"] = given["additional_info"] or ""
    if given.get("discount") is not None:
        columns["discount"] = given["discount"]
    if given.get("gift") is not None:
        columns["gift"] = dict(given["gift"])
    return VoucherSpec(
        type=given.get("type"),
        code=code if code is not None else given.get("code"),
        code_config=given.get("code_config"),
        values=columns,
        metadata=given.get("metadata") or {},
        rules=given_rules(given),
        points=(given.get("loyalty_card") or {}).get("points"),
    )


def voucher_output(voucher: Voucher) -> dict[str, Any]:
    """One voucher. What it does not set itself is shown as its campaign sets it.

    Reads campaign, both categories, holder and rule: load them along (`selectors.vouchers.printable`).
    """
    return {**voucher_base_output(voucher), "validation_rules_assignments": assignments_output(voucher)}


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
        "gift": gift_output(voucher),
        "loyalty_card": card_output(voucher),
        **validity_output(voucher, campaign),
        "active": voucher.is_active,
        "additional_info": voucher.additional_info or None,
        "metadata": voucher.metadata,
        "assets": None,
        "is_referral_code": referral_codes.is_referral(voucher.campaign),
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
            **redeemed_amount(voucher),
            **redeemed_points(voucher),
            "object": "list",
            "url": f"{path}/redemptions?page=1&limit=10",
        },
        "categories": categories_output(category),
    }
