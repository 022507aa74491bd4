"""What the codes of a campaign get: a discount, the credits of gift cards, or points and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions import points, referral_codes
from promotions.models import Campaign
from promotions.selectors import validation_rules as known_rules
from promotions.services import discounts, drafts, gifts
from promotions.services.definitions import DISCOUNT, GIFT, LOYALTY, REFERRAL, InvalidCampaignParams

NAMES: Final = (DISCOUNT, GIFT, LOYALTY, REFERRAL)
_NOTHING_OFF: Final = {"type": "AMOUNT", "amount_off": 0}


def of_codes(
    kind: str, worth: Mapping[str, Any], *, on_items: bool, campaign_type: str | None = None
) -> dict[str, Any]:
    """The column of what the codes get: a discount, the credits of gift cards, or points."""
    if kind == Campaign.CampaignType.LOYALTY_PROGRAM:
        if worth[LOYALTY] is None:
            raise InvalidCampaignParams("Property .voucher.loyalty_card is required")
        _refuse_one_code(kind, campaign_type)
        # Whoever is a member is one once (contract: loyalty 2).
        return {LOYALTY: points.keeper().checked(worth[LOYALTY]), "join_once": True}
    if kind == Campaign.CampaignType.REFERRAL_PROGRAM:
        return _of_referral_codes(worth, on_items=on_items, campaign_type=campaign_type)
    is_gift = kind == Campaign.CampaignType.GIFT_VOUCHERS
    name, stored = (GIFT, gifts.stored) if is_gift else (DISCOUNT, discounts.stored)
    if worth[name] is None:
        raise InvalidCampaignParams(f"Property .voucher.{name} is required")
    return {name: stored(worth[name], InvalidCampaignParams, targets_items=on_items)}


_FOR_EACH: Final = {
    Campaign.CampaignType.LOYALTY_PROGRAM.value: "a loyalty programme has a card for each member.",
    Campaign.CampaignType.REFERRAL_PROGRAM.value: "a referral programme has a code for each referrer.",
}


def _refuse_one_code(kind: str, campaign_type: str | None) -> None:
    if campaign_type == Campaign.Type.STANDALONE and kind in _FOR_EACH:
        raise InvalidCampaignParams(f"type: {_FOR_EACH[kind]}")


def _of_referral_codes(
    worth: Mapping[str, Any], *, on_items: bool, campaign_type: str | None
) -> dict[str, Any]:
    """Referees get the discount of the code, if it has one, at the checkout; the rest is settings."""
    _refuse_one_code(Campaign.CampaignType.REFERRAL_PROGRAM, campaign_type)
    if worth[GIFT] is not None:
        raise InvalidCampaignParams(
            "voucher.gift: referral codes have a discount; credits for referees are its referee_reward."
        )
    discount = worth[DISCOUNT] or _NOTHING_OFF
    return {
        DISCOUNT: discounts.stored(discount, InvalidCampaignParams, targets_items=on_items),
        REFERRAL: referral_codes.programmes().checked(worth[REFERRAL] or {}),
        # Whoever recommends has one code (contract: referrals 15.1).
        "join_once": True,
    }


def _referral_columns(campaign: Campaign, columns: dict[str, Any], changed: Any) -> dict[str, Any]:
    """Settings of a referral programme that were sent; who recommends keeps one code."""
    columns.pop("join_once", None)
    if not changed:
        return {}
    return {REFERRAL: referral_codes.programmes().changed(campaign.referral or {}, changed)}


def _loyalty_columns(campaign: Campaign, changed: Mapping[str, Any] | None) -> dict[str, Any]:
    """Settings of a programme that were sent, on top of those that it has."""
    settings = {**(campaign.loyalty or {}), **(changed or {})}
    return {LOYALTY: points.keeper().checked(settings), "join_once": True} if changed else {}


def draft_columns(campaign: Campaign, columns: dict[str, Any]) -> dict[str, Any]:
    """Takes what needs a closer look out of `columns`; returns what becomes of it.

    :raises InvalidCampaignParams: among others, one code for all members of a programme, or all referrers.
    """
    _refuse_one_code(campaign.campaign_type, columns.get("type"))
    wanted = {name: columns.pop(name) for name in drafts.PLANNED if name in columns}
    worth = {name: columns.pop(name, None) for name in NAMES}
    found = drafts.plan(campaign, {**columns, **wanted})
    kinds = Campaign.CampaignType
    if campaign.campaign_type == kinds.LOYALTY_PROGRAM:
        columns.pop("join_once", None)
        return found | _loyalty_columns(campaign, worth[LOYALTY])
    if campaign.campaign_type == kinds.REFERRAL_PROGRAM:
        found |= _referral_columns(campaign, columns, worth[REFERRAL])
        changed = worth[DISCOUNT]
        return found | ({} if not changed else {DISCOUNT: discounts.stored(changed, InvalidCampaignParams)})
    named = worth[GIFT if campaign.campaign_type == kinds.GIFT_VOUCHERS else DISCOUNT]
    if campaign.campaign_type != kinds.PROMOTION and named:
        on_items = known_rules.targets_items(known_rules.of_campaign(campaign))
        found |= of_codes(campaign.campaign_type, worth, on_items=on_items)
    return found


def launched_columns(campaign: Campaign, columns: dict[str, Any]) -> dict[str, Any]:
    """Takes what is fixed since the launch out of `columns`; returns what becomes of the discount.

    What a card was born with is its own; a campaign's does not change afterwards (contract: 15.4).
    """
    for name in (*drafts.PLANNED, GIFT):
        columns.pop(name, None)
    wire, loyalty = columns.pop(DISCOUNT, None), columns.pop(LOYALTY, None)
    referral = columns.pop(REFERRAL, None)
    if Campaign.Type.STANDALONE in (columns.get("type"), campaign.type):
        columns.pop("type", None)
    if campaign.campaign_type == Campaign.CampaignType.LOYALTY_PROGRAM:
        columns.pop("join_once", None)
        return _loyalty_columns(campaign, loyalty)
    changed = None if wire is None else discounts.merged(campaign.discount, wire, InvalidCampaignParams)
    found = {} if changed is None else {DISCOUNT: changed}
    if campaign.campaign_type == Campaign.CampaignType.REFERRAL_PROGRAM:
        found |= _referral_columns(campaign, columns, referral)
    return found
