"""Promotions in plain words: discounts, states, time limits, refusals. No database here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from core import words
from engine import ReasonKey, effects, summary
from engine.applicability import Applicability
from engine.bundles import Bundle
from engine.summary import Names
from promotions.models import Campaign, Lifecycle, PromotionTier, Redemption, Voucher
from promotions.models.validity import TimeLimited

RUNNING, SCHEDULED, ENDED, DISABLED = "Running", "Scheduled", "Ended", "Disabled"
USED_UP, PAUSED, IN_BIN = "Used up", "Paused", "In the bin"
DRAFT, IN_REVIEW, CHANGES_REQUESTED = "Draft", "In review", "Changes requested"
REJECTED, APPROVED = "Rejected", "Approved"
STATE_COLOURS: Final = {
    DRAFT: "",
    IN_REVIEW: "info",
    CHANGES_REQUESTED: "warning",
    REJECTED: "danger",
    APPROVED: "primary",
    RUNNING: "success",
    SCHEDULED: "info",
    ENDED: "",
    PAUSED: "warning",
    DISABLED: "warning",
    USED_UP: "",
    IN_BIN: "danger",
}
_NOT_LAUNCHED: Final[Mapping[str, str]] = {
    Lifecycle.DRAFT: DRAFT,
    Lifecycle.IN_REVIEW: IN_REVIEW,
    Lifecycle.CHANGES_REQUESTED: CHANGES_REQUESTED,
    Lifecycle.REJECTED: REJECTED,
    Lifecycle.APPROVED: APPROVED,
}
RESULT_WORDS: Final = {
    Redemption.Status.SUCCEEDED: "Redeemed",
    Redemption.Status.FAILED: "Refused",
    Redemption.Status.ROLLED_BACK: "Taken back",
}
RESULT_COLOURS: Final = {"Redeemed": "success", "Refused": "danger", "Taken back": "warning"}
WEEKDAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
# The week as people write it; 0 is Sunday on the wire.
WEEK: Final = (1, 2, 3, 4, 5, 6, 0)

REFUSALS: Final[Mapping[str, str]] = {
    ReasonKey.NOT_FOUND: "The code is not known",
    ReasonKey.VOUCHER_DISABLED: "The code is disabled",
    ReasonKey.VOUCHER_NOT_ACTIVE: "The code is not valid yet",
    ReasonKey.VOUCHER_EXPIRED: "The code has expired",
    ReasonKey.VOUCHER_NOT_ACTIVE_NOW: "The code is not valid at this day or hour",
    ReasonKey.PROMOTION_INACTIVE: "The promotion is disabled",
    ReasonKey.PROMOTION_NOT_ACTIVE_NOW: "The promotion is not valid at this day or hour",
    ReasonKey.CAMPAIGN_NOT_ACTIVE: "The campaign is disabled",
    ReasonKey.QUANTITY_EXCEEDED: "The code was used as often as it may be",
    ReasonKey.MISSING_ORDER: "An order is needed",
    ReasonKey.MISSING_AMOUNT: "The order has no amount",
    ReasonKey.MISSING_ORDER_ITEMS: "The order has no items",
    ReasonKey.MISSING_ORDER_ITEMS_AMOUNT: "The items of the order have no prices",
    ReasonKey.MISSING_CUSTOMER: "The customer is not known",
    ReasonKey.MISSING_REWARD: "No reward was chosen",
    ReasonKey.INVALID_GIFT: "It was not said how much the card pays",
    ReasonKey.GIFT_AMOUNT_EXCEEDED: "There is not enough left on the card",
    ReasonKey.CARD_NOT_ACTIVE: "The loyalty card is disabled",
    ReasonKey.REWARD_NOT_AVAILABLE: "The reward is not to be had now",
    ReasonKey.POINTS_EXCEEDED: "There are not enough points on the card",
    ReasonKey.BUDGET_EXCEEDED: "Its budget has too little left",
    ReasonKey.EMERGENCY_STOP: "Operations stopped it",
    ReasonKey.OUTSIDE_AREAS: "It does not apply in this store",
    ReasonKey.CUSTOMER_BLOCKED: "The customer is blocked",
    ReasonKey.NOT_PUBLISHED: "Nobody holds this referral code yet",
    ReasonKey.REFERRER_NOT_PERMITTED: "Nobody may use a referral code of his own",
    ReasonKey.CUSTOMER_RULES: "It is not for this customer",
    ReasonKey.ORDER_RULES: "The order does not fit its conditions",
    ReasonKey.REDEMPTION_RULES: "Its conditions or limits do not allow it now",
    ReasonKey.APPLICABLE_LIMIT: "Too many discounts in one order",
    ReasonKey.APPLICABLE_PER_CATEGORY_LIMIT: "Too many discounts of one category",
    ReasonKey.EXCLUSIVE_LIMIT: "Too many exclusive discounts",
    ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT: "Too many exclusive discounts of one category",
    ReasonKey.EXCLUSION_RULES: "It may not stand beside an exclusive discount",
    ReasonKey.PRECEDING_VALIDATION: "An earlier one in the same request was refused",
    ReasonKey.NO_EFFECT: "It would not change the order",
    "no_applicable_redeemables": "None of the discounts could be applied",
}


_CREDITS: Final = re.compile(r"\b(\d+) credits\b")


def in_money(text: str) -> str:
    """What the API says in credits of a gift card, for people: 4420 credits -> 44.20 EUR."""
    return _CREDITS.sub(lambda found: words.money(int(found[1])), text)


def refusal(key: str) -> str:
    """A failure code in plain words."""
    known = REFUSALS.get(key)
    return gettext(known) if known else key.replace("_", " ").capitalize() or gettext("Refused")


_ON: Final[Mapping[str, str]] = {
    "APPLY_TO_ITEMS": "each item",
    "APPLY_TO_ITEMS_BY_QUANTITY": "each unit",
    "APPLY_TO_ITEMS_PROPORTIONALLY": "the items",
    "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY": "the items",
}


def discount(
    wire: Mapping[str, Any] | None,
    applicability: Applicability | None = None,
    *,
    bundle: Bundle | None = None,
    known: Mapping[str, str] | None = None,
) -> str:
    """10 % off the order, at most 20.00 EUR

    `applicability` and `bundle` are those of the discount's rules; without it the text only says that a rule
    names the items. `known`: what the ids in it are called.
    """
    if not wire:
        return words.NOTHING
    targets_items = applicability is not None and not applicability.is_empty
    try:
        effect = effects.parse(wire, targets_items=targets_items)
    except effects.DiscountError as error:
        return f"not readable: {error}"
    return summary.discount(effect, applicability, names=names(wire, known), bundle=bundle)


def names(wire: Mapping[str, Any] | None = None, known: Mapping[str, str] | None = None) -> Names:
    """Money as this page writes it, what is `known`, and what a discount calls its free articles."""
    known = dict(known or {})
    for part in (wire or {}, *((wire or {}).get("units") or ())):
        article = part.get("sku") or part.get("product") or {}
        known[part.get("unit_type") or ""] = article.get("name") or ""
    return Names(known=known, currency=words.currency(), write_money=words.money)


def offer_elsewhere(campaign: Campaign) -> str:
    """Where the discounts of a campaign without one are; empty if it has one."""
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        return gettext("see its tiers")
    return "" if campaign.discount or campaign.gift else gettext("each code has its own")


def state_in_time(row: TimeLimited, now: datetime) -> str:
    if row.ends_at is not None and row.ends_at <= now:
        return ENDED
    return SCHEDULED if row.starts_at is not None and row.starts_at > now else RUNNING


def campaign_state(campaign: Campaign, now: datetime) -> str:
    """By the clock, also when the job that moves campaigns is late."""
    if campaign.deleted_at is not None:
        return IN_BIN
    if campaign.is_active:
        return state_in_time(campaign, now)
    return _NOT_LAUNCHED.get(campaign.lifecycle, PAUSED)


def tier_state(tier: PromotionTier, now: datetime) -> str:
    """The tier's own limits beat the campaign's, field by field."""
    if tier.deleted_at is not None:
        return IN_BIN
    if not tier.campaign.is_active:
        return campaign_state(tier.campaign, now)
    if not tier.is_active:
        return DISABLED
    return state_in_time(_merged(tier, tier.campaign), now)


def voucher_state(voucher: Voucher, now: datetime) -> str:
    """The code's own limits beat the campaign's, field by field."""
    campaign = voucher.campaign
    if voucher.deleted_at is not None:
        return IN_BIN
    if campaign is not None and not campaign.is_active:
        return campaign_state(campaign, now)
    if not voucher.is_active:
        return DISABLED
    if voucher.redemption_quantity is not None and voucher.redeemed_quantity >= voucher.redemption_quantity:
        return USED_UP
    return state_in_time(voucher if campaign is None else _merged(voucher, campaign), now)


def _merged(own: TimeLimited, parent: TimeLimited) -> TimeLimited:
    return Campaign(starts_at=own.starts_at or parent.starts_at, ends_at=own.ends_at or parent.ends_at)


def time_limits(row: TimeLimited) -> str:
    """1 Nov 2026 – 30 Nov 2026; Monday, Friday; 09:00 to 11:00"""
    parts = [words.period(row.starts_at, row.ends_at)]
    if row.days_of_week:
        parts.append(days(row.days_of_week))
    for entry in (row.validity_hours or {}).get("daily") or []:
        window = {
            "days": days(entry["days_of_week"]),
            "opens": entry["start_time"],
            "closes": entry.get("expiration_time") or gettext("midnight"),
        }
        parts.append(gettext("%(days)s %(opens)s to %(closes)s") % window)
    if row.timeframe_interval:
        window = {"duration": span(row.timeframe_duration), "interval": span(row.timeframe_interval)}
        parts.append(gettext("open for %(duration)s every %(interval)s") % window)
    return "; ".join(parts)


def days(numbers: list[int]) -> str:
    if len(set(numbers)) == len(WEEKDAYS):
        return gettext("every day")
    return ", ".join(gettext(WEEKDAYS[number]) for number in WEEK if number in numbers)


_UNITS: Final = {"Y": "year", "M": "month", "W": "week", "D": "day"}
_CLOCK_UNITS: Final = {"H": "hour", "M": "minute", "S": "second"}


def span(iso: str) -> str:
    """An ISO 8601 duration: P1DT4H -> 1 day 4 hours."""
    calendar, _, clock = iso.removeprefix("P").partition("T")
    found = [*_amounts(calendar, _UNITS), *_amounts(clock, _CLOCK_UNITS)]
    return " ".join(words.count(number, unit) for number, unit in found) or iso


def _amounts(text: str, units: Mapping[str, str]) -> list[tuple[int, str]]:
    found, digits = [], ""
    for character in text:
        if character.isdigit():
            digits += character
        elif digits and character in units:
            found.append((int(digits), units[character]))
            digits = ""
    return found


def card(voucher: Voucher) -> str:
    """Gift card with 20.00 EUR left of 50.00 EUR"""
    left, ever = words.money(voucher.gift_balance), words.money(voucher.gift_amount)
    if left == ever:
        return gettext("Gift card with %(left)s") % {"left": left}
    return gettext("Gift card with %(left)s left of %(ever)s") % {"left": left, "ever": ever}


def uses(voucher: Voucher) -> str:
    limit = voucher.redemption_quantity
    used = words.number(voucher.redeemed_quantity)
    if limit is None:
        return gettext("%(used)s, no limit") % {"used": used}
    return gettext("%(used)s of %(limit)s") % {"used": used, "limit": words.number(limit)}


def target(redemption: Redemption) -> str:
    """What was redeemed, by its name."""
    if redemption.voucher is not None:
        return redemption.voucher.code
    if redemption.promotion_tier is not None:
        return redemption.promotion_tier.name
    if redemption.related_object_type == Redemption.RelatedObject.REDEMPTION:
        return gettext("Several together")
    return redemption.voucher_code or words.NOTHING


def story(redemption: Redemption) -> str:
    """One redemption in one sentence."""
    who = gettext("Somebody")
    if redemption.customer is not None:
        who = redemption.customer.name or redemption.customer.source_id or gettext("A customer")
    if redemption.status == Redemption.Status.FAILED:
        reason = _lower(refusal(redemption.failure_code))
        return gettext("%(who)s was refused: %(reason)s.") % {"who": who, "reason": reason}
    is_back = redemption.status == Redemption.Status.ROLLED_BACK
    if redemption.credits is not None:
        sentence = (
            gettext("%(who)s paid %(amount)s with the card, which was taken back later.")
            if is_back
            else gettext("%(who)s paid %(amount)s with the card.")
        )
        return sentence % {"who": who, "amount": words.money(redemption.credits)}
    sentence = (
        gettext("%(who)s saved %(amount)s, which was taken back later.")
        if is_back
        else gettext("%(who)s saved %(amount)s.")
    )
    return sentence % {"who": who, "amount": words.money(redemption.discount_amount)}


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
