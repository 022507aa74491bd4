"""Points of a card, and how new cards of a programme begin (contract: loyalty 2, 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import BooleanField, IntegerField, MetadataField, WireSerializer
from promotions import points
from promotions.api.serializers.validity import without_nulls
from promotions.models import Campaign, Voucher

MOST_POINTS: Final = 10**15
OWN: Final = ("debts", "reverse_on_return", "counts", "reminder_days")
"""Settings that go beyond the contract, where somebody chose them."""


class CardInput(WireSerializer):
    """`loyalty_card` of a code: its first points."""

    points = IntegerField(lowest=0, highest=MOST_POINTS, required=False, allow_null=True)


class ProgrammeCardInput(CardInput):
    """`voucher.loyalty_card` of a campaign."""

    expiration_rules = MetadataField(required=False, allow_null=True)


class RecalculationInput(WireSerializer):
    recalculate_tiers = BooleanField(required=False, allow_null=True)


def card_output(voucher: Voucher) -> dict[str, Any] | None:
    """The points of a card as they are now; None for other codes."""
    if voucher.type != Voucher.Type.LOYALTY_CARD:
        return None
    card = points.numbers_of(voucher)
    ends = card.next_expires_on
    return {
        "points": card.points,
        "balance": card.balance,
        "next_expiration_date": None if ends is None else ends.isoformat(),
        "next_expiration_points": card.next_expiring,
        "pending_points": card.pending_points,
        "expired_points": card.expired_points,
        "subtracted_points": card.subtracted_points,
    }


def redeemed_points(voucher: Voucher) -> dict[str, Any]:
    """`redemption.redeemed_points` of a card."""
    if voucher.type != Voucher.Type.LOYALTY_CARD:
        return {}
    return {"redeemed_points": points.numbers_of(voucher).redeemed_points}


def campaign_card_output(campaign: Campaign) -> dict[str, Any] | None:
    """How new cards of a programme begin."""
    settings = campaign.loyalty
    if settings is None:
        return None
    rules = settings.get("expiration_rules")
    return without_nulls({"points": settings["points"], "expiration_rules": rules})


def programme_output(campaign: Campaign) -> dict[str, Any]:
    """What the wire says of a programme beside its cards."""
    settings = campaign.loyalty or {}
    return {
        "auto_join": bool(settings.get("auto_join")),
        "loyalty_tiers_expiration": settings.get("tiers_expiration"),
        **{name: settings.get(name) for name in OWN},
    }


def loyalty_settings(given: Mapping[str, Any], card: Mapping[str, Any] | None) -> dict[str, Any]:
    """Settings of a programme that a body holds, as they are stored; `card` is its `voucher.loyalty_card`."""
    found: dict[str, Any] = {}
    if card is not None:
        found = {name: card[name] for name in ("points", "expiration_rules") if name in card}
        if found.get("points", 0) is None:
            del found["points"]
    if "loyalty_tiers_expiration" in given:
        found["tiers_expiration"] = given["loyalty_tiers_expiration"]
    if given.get("auto_join") is not None:
        found["auto_join"] = given["auto_join"]
    return found | {name: given[name] for name in OWN if name in given}
