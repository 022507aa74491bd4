"""Campaigns on the wire: null fields are left out (contract: semantics-core 1.1, 15, 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.api.fields import (
    BooleanField,
    ChoiceField,
    IntegerField,
    ListField,
    MetadataField,
    TextField,
    WireSerializer,
)
from core.api.serializers.areas import AccessInput, access_of
from core.instants import format_instant, format_optional
from promotions import referral_codes
from promotions.api.serializers.access import readonly
from promotions.api.serializers.categories import categories_output
from promotions.api.serializers.definition_input import (
    DefinitionInput,
    UsesInput,
    definition_columns,
    uses_column,
)
from promotions.api.serializers.discounts import DiscountField, discount_output
from promotions.api.serializers.gifts import GiftInput, campaign_gift_output
from promotions.api.serializers.loyalty_cards import (
    ProgrammeCardInput,
    RecalculationInput,
    campaign_card_output,
    loyalty_settings,
    programme_output,
)
from promotions.api.serializers.referrals import ReferralInput, referral_output, referral_settings
from promotions.api.serializers.rules import assignments_output, given_rules, rule_ids
from promotions.api.serializers.tiers import TierInput, tier_spec, tiers_output
from promotions.api.serializers.validity import DurationField, validity_output, without_nulls
from promotions.api.serializers.vouchers import VOUCHER_TYPES
from promotions.code_config import CodeConfig
from promotions.models import Campaign, PromotionTier, Voucher
from promotions.selectors.campaigns import DRAFT
from promotions.services.campaigns import CampaignSpec

_MOST_TIERS: Final = 100


class InheritedInput(WireSerializer):
    """`voucher`: what the codes of the campaign get."""

    type = ChoiceField(VOUCHER_TYPES, required=False, allow_null=True)
    code = TextField(required=False, allow_null=True, max_length=255)
    discount = DiscountField(required=False, allow_null=True)
    gift = GiftInput(required=False, allow_null=True)
    loyalty_card = ProgrammeCardInput(required=False, allow_null=True)
    code_config = MetadataField(required=False, allow_null=True)
    redemption = UsesInput(required=False, allow_null=True)


class PromotionInput(WireSerializer):
    tiers = ListField(child=TierInput(), required=False, allow_null=True, max_length=_MOST_TIERS)


class CampaignChangeInput(DefinitionInput):
    """What of a campaign can change; its name, kind and code settings are passed over in silence.

    `debts`, `reverse_on_return`, `counts`, `reminder_days` and a change of `loyalty_card` are ours.
    """

    description = TextField(required=False, allow_null=True)
    type = ChoiceField(Campaign.Type, required=False, allow_null=True)
    join_once = BooleanField(required=False, allow_null=True)
    activity_duration_after_publishing = DurationField(required=False, allow_null=True)
    discount = DiscountField(required=False, allow_null=True)
    return_policy = ChoiceField(Campaign.ReturnPolicy, required=False, allow_null=True)
    access_settings = AccessInput(required=False, allow_null=True)
    auto_join = BooleanField(required=False, allow_null=True)
    loyalty_tiers_expiration = MetadataField(required=False, allow_null=True)
    loyalty_card = ProgrammeCardInput(required=False, allow_null=True)
    options = RecalculationInput(required=False, allow_null=True)
    referral_program = ReferralInput(required=False, allow_null=True)
    debts = TextField(required=False, max_length=16)
    reverse_on_return = BooleanField(required=False)
    counts = MetadataField(required=False)
    reminder_days = IntegerField(required=False, allow_null=True)
    unset_metadata_fields = ListField(
        child=TextField(max_length=1000), required=False, allow_null=True, max_length=100
    )


class CampaignInput(CampaignChangeInput):
    name = TextField(allow_blank=False, max_length=255)
    campaign_type = ChoiceField(Campaign.CampaignType, required=False, allow_null=True)
    use_voucher_metadata_schema = BooleanField(required=False, allow_null=True)
    vouchers_count = IntegerField(lowest=0, accept_text=True, required=False, allow_null=True)
    voucher = InheritedInput(required=False, allow_null=True)
    promotion = PromotionInput(required=False, allow_null=True)
    validation_rules = rule_ids()
    draft = BooleanField(required=False, allow_null=True)


def campaign_change_spec(given: Mapping[str, Any]) -> CampaignSpec:
    values = _columns(given, given.get("discount"))
    if loyalty := loyalty_settings(given, given.get("loyalty_card")):
        values["loyalty"] = loyalty
    if referral := referral_settings(given.get("referral_program")):
        values["referral"] = referral
    return CampaignSpec(
        values=values,
        metadata=given.get("metadata") or {},
        unset_metadata=tuple(given.get("unset_metadata_fields") or ()),
        access=access_of(given.get("access_settings")),
        looks_again=bool((given.get("options") or {}).get("recalculate_tiers")),
    )


def campaign_spec(given: Mapping[str, Any]) -> CampaignSpec:
    """The spec of a new campaign."""
    voucher = given.get("voucher") or {}
    columns = _columns(given, voucher.get("discount"))
    columns |= {"name": given["name"], "code_config": voucher.get("code_config")}
    columns |= uses_column(voucher, "voucher_redemption_quantity")
    if voucher.get("gift") is not None:
        columns["gift"] = dict(voucher["gift"])
    if voucher.get("loyalty_card") is not None:
        columns["loyalty"] = loyalty_settings(given, voucher["loyalty_card"])
    if given.get("referral_program") is not None:
        columns["referral"] = referral_settings(given["referral_program"])
    if given.get("use_voucher_metadata_schema") is not None:
        columns["use_voucher_metadata_schema"] = given["use_voucher_metadata_schema"]
    promotion = given.get("promotion")
    return CampaignSpec(
        kind=given.get("campaign_type"),
        voucher_type=voucher.get("type"),
        code=voucher.get("code"),
        vouchers_count=given.get("vouchers_count") or 0,
        tiers=None if promotion is None else tuple(tier_spec(t) for t in promotion.get("tiers") or ()),
        values=columns,
        metadata=given.get("metadata") or {},
        rules=given_rules(given),
        access=access_of(given.get("access_settings")),
        is_draft=bool(given.get("draft")),
    )


def _columns(given: Mapping[str, Any], discount: Mapping[str, Any] | None) -> dict[str, Any]:
    columns = definition_columns(given)
    for name in ("description", "activity_duration_after_publishing"):
        if name in given:
            columns[name] = given[name] or ""
    for name in ("type", "join_once", "return_policy"):
        if given.get(name) is not None:
            columns[name] = given[name]
    if discount is not None:
        columns["discount"] = discount
    return columns


def campaign_output(campaign: Campaign, *, tiers: Sequence[PromotionTier] = ()) -> dict[str, Any]:
    """One campaign; `tiers` are those of a promotion, in their order.

    Reads the category and the rule: load them along (`selectors.campaigns.printable`).
    """
    wire = campaign_base_output(campaign)
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        wire["promotion"] = tiers_output(tiers)
    return {**wire, "validation_rules_assignments": assignments_output(campaign)}


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
            **programme_output(campaign),
            "referral_program": referral_output(campaign),
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
            "creation_status": _made(campaign),
            "vouchers_generation_status": _made(campaign),
            "protected": campaign.protected,
            "readonly": readonly(campaign),
            # Beyond the contract, and so only where somebody chose another one.
            "return_policy": _chosen(campaign.return_policy),
        }
    )
    # The one field that the contract wants as null.
    wire["category_id"] = campaign.category.public_id if campaign.category else None
    return {**wire, "categories": categories_output(campaign.category), "object": "campaign"}


def _made(campaign: Campaign) -> str:
    return DRAFT if campaign.is_draft else campaign.generation_status


def _chosen(policy: str) -> str | None:
    return None if policy == Campaign.ReturnPolicy.KEEP else policy


def _voucher_of_campaign(campaign: Campaign) -> dict[str, Any] | None:
    """What the codes inherit; a promotion has none."""
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        return None
    kinds, type_of_codes = Campaign.CampaignType, Voucher.Type.DISCOUNT_VOUCHER
    if campaign.campaign_type not in (kinds.DISCOUNT_COUPONS, kinds.REFERRAL_PROGRAM):
        is_gift = campaign.campaign_type == kinds.GIFT_VOUCHERS
        type_of_codes = Voucher.Type.GIFT_VOUCHER if is_gift else Voucher.Type.LOYALTY_CARD
    return without_nulls(
        {
            "type": type_of_codes.value,
            "discount": discount_output(campaign.discount),
            "gift": campaign_gift_output(campaign),
            "loyalty_card": campaign_card_output(campaign),
            "redemption": {"quantity": campaign.voucher_redemption_quantity},
            "code_config": CodeConfig.from_wire(campaign.code_config).to_wire(),
            "is_referral_code": referral_codes.is_referral(campaign),
            **validity_output(campaign),
        }
    )
