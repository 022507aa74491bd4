"""Files of codes: the columns in the contract's words and in people's (contract: semantics-core 15.3, 20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from core import project
from integrations.import_registry import ImportColumn as Column
from integrations.import_registry import ImportKind
from promotions.models import DRAFTS, Campaign, Voucher
from promotions.selectors import campaigns
from promotions.services import voucher_imports

VOUCHERS: Final = "vouchers"
CAMPAIGN_CODES: Final = "campaign_codes"

VOUCHERS_IMPORT: Final = "VOUCHERS.IMPORT"
VOUCHERS_IMPORT_CSV: Final = "VOUCHERS.IMPORT_CSV"
CAMPAIGN_IMPORT: Final = "CAMPAIGN.VOUCHERS_IMPORT"
CAMPAIGN_IMPORT_CSV: Final = "CAMPAIGN.VOUCHERS_IMPORT_CSV"


def _name(row: Any) -> str:
    code = row.get("code") if isinstance(row, Mapping) else None
    return code.strip() if isinstance(code, str) else ""


def _known(names: Collection[str], params: Mapping[str, Any]) -> set[str]:
    settings = project.current()
    keys = {project.code_key(name, settings): name for name in names}
    rows = Voucher.objects.filter(code_key__in=list(keys), released_at=None)
    return {keys[key] for key in rows.values_list("code_key", flat=True)}


def _campaigns() -> list[tuple[str, str]]:
    """The newest campaigns that take codes."""
    rows = campaigns.present().exclude(type=Campaign.Type.STANDALONE)
    newest = (
        rows.filter(campaign_type__in=_WITH_CODES)
        .exclude(lifecycle__in=DRAFTS)
        .order_by("-created_at", "-pk")
    )
    return [(str(pk), name) for pk, name in newest.values_list("pk", "name")[:_OFFERED]]


_OFFERED: Final = 500
_WITH_CODES: Final = (Campaign.CampaignType.DISCOUNT_COUPONS, Campaign.CampaignType.GIFT_VOUCHERS)

_CODE: Final = Column(name="code", label="Code", guesses=("coupon", "coupon code", "voucher", "voucher code"))
_CATEGORY: Final = Column(name="category", label="Category", help="Its name or id.")
_ACTIVE: Final = Column(name="active", label="Enabled", guesses=("is active",), help="true or false")
_USED: Final = Column(
    name="redeemed_quantity",
    label="Used so far",
    also=("redemption_count",),
    guesses=("uses", "used"),
    help="Taken off the uses that are allowed.",
)
_SPENT: Final = Column(name="redeemed_amount", label="Spent of the card so far", guesses=("spent",))
_CREDITS: Final = Column(
    name="gift_amount", label="Credits of the card", guesses=("credits", "balance", "gift_balance")
)


def _more(*, is_ours: bool) -> tuple[Column, ...]:
    """What a code may have of its own; files into campaigns know it in the admin only."""
    return (
        Column(
            name="start_date",
            label="Valid from",
            guesses=("starts", "valid from"),
            help="A date or a date-time.",
            is_ours=is_ours,
        ),
        Column(
            name="expiration_date",
            label="Valid until",
            guesses=("expires", "expiry", "expiry date", "valid until", "end date"),
            help="A date counts to its end.",
            is_ours=is_ours,
        ),
        Column(
            name="redemption_limit",
            label="Uses allowed",
            also=("redemption_quantity",),
            guesses=("limit", "max uses", "usage limit"),
            is_ours=is_ours,
        ),
        Column(
            name="additional_info", label="Additional information", guesses=("note", "info"), is_ours=is_ours
        ),
    )


_METADATA: Final = Column(name="metadata", label="Metadata, all of it as JSON", is_ours=True)
_OF_EXPORTS: Final = (
    "id",
    "formula",
    "campaign",
    "campaign_id",
    "gift_balance",
    "loyalty_balance",
    "qr_code",
    "bar_code",
    "is_referral_code",
    "created_at",
    "updated_at",
    "validity_timeframe_interval",
    "validity_timeframe_duration",
    "validity_day_of_week",
    "customer_id",
    "customer_source_id",
    "discount_unit_type",
    "discount_unit_effect",
    "validation_rules_id",
)

KINDS: Final = (
    ImportKind(
        name=CAMPAIGN_CODES,
        label="Codes of a campaign",
        help="One code a row. What it is worth, and when it can be used, it has from its campaign.",
        resource="campaigns",
        parent=voucher_imports.CAMPAIGN,
        parents=_campaigns,
        job=CAMPAIGN_IMPORT_CSV,
        json_job=CAMPAIGN_IMPORT,
        start=voucher_imports.start,
        needs=(("code",),),
        name_of=_name,
        known=_known,
        columns=(_CODE, _ACTIVE, _CATEGORY, _CREDITS, _SPENT, _USED, *_more(is_ours=True), _METADATA),
        left_out=(*_OF_EXPORTS, "voucher_type", "value", "discount_type"),
        order=5,
    ),
    ImportKind(
        name=VOUCHERS,
        label="Codes without a campaign",
        help="One code a row, with its own discount or its own credits.",
        resource="vouchers",
        # Support asks for changes of codes one by one, but makes none.
        action="create",
        job=VOUCHERS_IMPORT_CSV,
        json_job=VOUCHERS_IMPORT,
        start=voucher_imports.start,
        needs=(("code",),),
        name_of=_name,
        known=_known,
        columns=(
            _CODE,
            Column(
                name="voucher_type",
                label="Kind of code",
                guesses=("type",),
                help="DISCOUNT_VOUCHER or GIFT_VOUCHER",
            ),
            Column(name="discount_type", label="Kind of discount", help="PERCENT, AMOUNT or FIXED"),
            Column(
                name="value",
                label="How much it takes off, or holds",
                guesses=("discount", "amount", "percent off", "discount value"),
            ),
            Column(name="discount_effect", label="What the discount is taken off", is_ours=True),
            Column(name="discount_amount_limit", label="At most so much off", is_ours=True),
            _CREDITS,
            _ACTIVE,
            _CATEGORY,
            _USED,
            _SPENT,
            *_more(is_ours=False),
            _METADATA,
        ),
        left_out=_OF_EXPORTS,
        order=6,
    ),
)
