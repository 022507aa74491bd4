"""How a referral programme works, on the wire. Contract: referrals 15.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import BooleanField, ChoiceField, IntegerField, MetadataField, TextField, WireSerializer
from promotions import referral_codes
from promotions.models import Campaign, Voucher

_CARDS: Final = (Voucher.Type.LOYALTY_CARD.value, Voucher.Type.GIFT_VOUCHER.value)
OWN: Final = (
    "delay_days", "most_rewards", "period", "new_customers_only", "reverse_on_return", "thresholds",
    "share_url",
)  # fmt: skip
"""Settings that go beyond the contract."""


class NamedInput(WireSerializer):
    """An object by its id or its name."""

    id = TextField(required=False, allow_null=True, max_length=255)
    name = TextField(required=False, allow_null=True, max_length=255)
    object = TextField(required=False, allow_null=True, max_length=32)


class RefereeRewardInput(WireSerializer):
    """Points or credits for who was recommended; `related_object_parent` is the campaign of the card."""

    related_object_parent = NamedInput()
    type = ChoiceField(_CARDS)
    amount = IntegerField(lowest=1, highest=10**12)


class ReferralInput(WireSerializer):
    conversion_event_type = TextField(required=False, allow_null=True, max_length=32)
    custom_event = NamedInput(required=False, allow_null=True)
    referee_reward = RefereeRewardInput(required=False, allow_null=True)
    delay_days = IntegerField(required=False, allow_null=True)
    most_rewards = IntegerField(required=False, allow_null=True)
    period = TextField(required=False, allow_null=True, max_length=8)
    new_customers_only = BooleanField(required=False, allow_null=True)
    reverse_on_return = BooleanField(required=False, allow_null=True)
    thresholds = MetadataField(required=False, allow_null=True)
    share_url = TextField(required=False, allow_null=True, max_length=500)


def referral_settings(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings that a body holds, as they are stored; only those that were sent."""
    if given is None:
        return {}
    found = {name: given[name] for name in OWN if name in given}
    if given.get("conversion_event_type") is not None:
        found["conversion_event_type"] = given["conversion_event_type"]
    if event := given.get("custom_event"):
        found["custom_event"] = {name: event[name] for name in ("id", "name") if event.get(name)}
    if reward := given.get("referee_reward"):
        parent = reward["related_object_parent"]
        campaign = parent.get("id") or parent.get("name") or ""
        found["referee_reward"] = {"campaign": campaign, "type": reward["type"], "amount": reward["amount"]}
    return found


def referral_output(campaign: Campaign) -> dict[str, Any] | None:
    """`referral_program` of a campaign; None for other kinds."""
    if campaign.referral is None:
        return None
    return referral_codes.programmes().shown(campaign.referral)
