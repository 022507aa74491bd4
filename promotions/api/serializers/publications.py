"""Publications and wallets on the wire (contract: semantics-core 18, data file 3.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from commerce.api.serializers.customers import CustomerPayload, customer_output, customer_spec
from core.api.fields import IntegerField, MetadataField, TextField, WireSerializer
from core.instants import format_instant
from promotions import referral_codes, words
from promotions.api.serializers.discounts import discount_output
from promotions.api.serializers.gifts import gift_output
from promotions.api.serializers.vouchers import voucher_output
from promotions.models import Campaign, Holder, Publication, Voucher
from promotions.selectors.publications import codes_of
from promotions.services.publication_specs import LONGEST_CHANNEL, LONGEST_ID, PublicationSpec

_MOST: int = 1_000_000
_STATUSES: Final = {
    words.RUNNING: "ACTIVE",
    words.SCHEDULED: "NOT_ACTIVE_YET",
    words.ENDED: "EXPIRED",
    words.USED_UP: "USED",
}


class _CampaignInput(WireSerializer):
    """Of which campaign, and how many codes; the old clients name only the campaign."""

    id = TextField(required=False, allow_null=True, max_length=255)
    name = TextField(required=False, allow_null=True, max_length=255)
    count = IntegerField(required=False, allow_null=True, lowest=1, highest=_MOST, accept_text=True)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({"name": data} if isinstance(data, str) else data)


class PublicationInput(WireSerializer):
    voucher = TextField(required=False, allow_null=True, max_length=255)
    campaign = _CampaignInput(required=False, allow_null=True)
    customer = CustomerPayload()
    source_id = TextField(required=False, allow_null=True, max_length=LONGEST_ID)
    channel = TextField(required=False, allow_null=True, max_length=LONGEST_CHANNEL)
    metadata = MetadataField(required=False, allow_null=True)


def publication_spec(given: Mapping[str, Any], *, join_once: bool) -> PublicationSpec:
    """The spec of a validated body."""
    campaign = given.get("campaign") or {}
    return PublicationSpec(
        customer=customer_spec(given["customer"]),
        voucher=given.get("voucher") or "",
        campaign=campaign.get("id") or campaign.get("name") or "",
        count=campaign.get("count") or 1,
        join_once=join_once,
        source_id=given.get("source_id") or "",
        channel=given.get("channel") or "",
        metadata=given.get("metadata") or {},
    )


def published_output(row: Publication, voucher: Voucher | None) -> dict[str, Any]:
    """The answer to publishing: one code whole, of several the codes only."""
    wire = _base_output(row)
    if voucher is not None:
        return {**wire, "voucher": voucher_output(voucher), "vouchers_id": [voucher.public_id]}
    return {**wire, **_codes_output(row), "vouchers_count": row.codes_count}


def publication_output(row: Publication) -> dict[str, Any]:
    """One publication in a list, with codes and customer (`selectors.publications.printable`)."""
    wire = _base_output(row)
    if row.result == Publication.Result.FAILURE:
        asked = [row.voucher_code] if row.voucher_code else []
        return {
            **wire,
            "failure_code": row.failure_code,
            "failure_message": row.failure_message,
            "vouchers": asked,
            "vouchers_id": [],
        }
    vouchers = codes_of(row)
    if len(vouchers) == 1:
        (voucher,) = vouchers
        return {**wire, "voucher": _voucher_output(voucher, row.campaign), "vouchers_id": [voucher.public_id]}
    return {**wire, **_codes_output(row)}


def holder_output(row: Holder, *, now: datetime) -> dict[str, Any]:
    """An entry of a customer's wallet (`selectors.publications.wallet`), and its state at `now`."""
    wire = holder_base_output(row)
    said = wire.pop("object")
    shown = voucher_output(row.voucher)
    redeemable = {"type": "voucher", "voucher": shown, "status": _status(row.voucher, now)}
    return {**wire, "redeemable": redeemable, "object": said}


def holder_base_output(row: Holder) -> dict[str, Any]:
    """Who holds which code, and as what; its code and campaign are loaded along."""
    voucher = row.voucher
    campaign = voucher.campaign
    return {
        "id": row.public_id,
        "created_at": format_instant(row.created_at),
        "redeemable_id": voucher.public_id,
        "redeemable_object": "voucher",
        "customer_id": row.customer.public_id,
        "holder_role": row.role,
        "campaign_id": campaign.public_id if campaign else None,
        "campaign_type": campaign.campaign_type if campaign else None,
        "voucher_type": voucher.type,
        "object": "redeemable_holder",
    }


def _status(voucher: Voucher, now: datetime) -> str:
    """Contract: `openapi/customers`, redeemables. What is off for whatever reason is DISABLED."""
    state = words.voucher_state(voucher, now)
    if state == words.RUNNING and voucher.gift_balance == 0:
        return "NO_BALANCE"
    return _STATUSES.get(state, "DISABLED")


def _base_output(row: Publication) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "object": "publication",
        "created_at": format_instant(row.created_at),
        "customer_id": row.customer.public_id if row.customer else None,
        "tracking_id": row.tracking_id or None,
        "metadata": row.metadata,
        "channel": row.channel,
        "source_id": row.source_id or None,
        "result": row.result,
        "customer": customer_output(row.customer) if row.customer else None,
    }


def _codes_output(row: Publication) -> dict[str, Any]:
    vouchers = codes_of(row)
    return {
        "vouchers": [voucher.code for voucher in vouchers],
        "vouchers_id": [voucher.public_id for voucher in vouchers],
    }


def _voucher_output(voucher: Voucher, campaign: Campaign | None) -> dict[str, Any]:
    """The short form of lists."""
    return {
        "code": voucher.code,
        "object": "voucher",
        "campaign": campaign.name if campaign else None,
        "discount": discount_output(voucher.discount or (campaign.discount if campaign else None)),
        "gift": gift_output(voucher),
        "is_referral_code": referral_codes.is_referral(campaign),
    }
