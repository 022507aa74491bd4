"""How a referral programme works: what stands in `Campaign.referral`, read and checked in one place.

Contract: referrals 15.1. `conversion_event_type`, `custom_event` and `referee_reward` are the contract's and
fixed once the programme is there; the others are ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from core.errors import InvalidPayload
from promotions.models import Campaign, Voucher
from promotions.selectors import campaigns
from referrals.thresholds import Thresholds, UnusableThresholds

LONGEST_DELAY: Final = 365
_PROVE_NEW: Final = ("has_ordered", "ordered_before", "has_other_account", "old_account")
MOST_REWARDS: Final = 1_000_000
CODE: Final = "{code}"
_LINK: Final = re.compile(r"https?://[^\s<>\"']+\Z")
LONGEST_LINK: Final = 500
_KIND_OF_CARD: Final = {
    Voucher.Type.LOYALTY_CARD.value: Campaign.CampaignType.LOYALTY_PROGRAM,
    Voucher.Type.GIFT_VOUCHER.value: Campaign.CampaignType.GIFT_VOUCHERS,
}


class Conversion(StrEnum):
    """When somebody who was recommended counts."""

    REDEMPTION = "redemption"
    CUSTOM_EVENT = "custom_event"
    ORDER_PAID = "order_paid"
    """Ours: the order on which the code was redeemed is paid."""


class Period(StrEnum):
    """For how long a referrer's rewards are counted, in days of the project's time zone."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    EVER = "EVER"


@dataclass(frozen=True, kw_only=True)
class RefereeReward:
    """`amount` credits (minor units) or points on the referee's card of `campaign` (an id)."""

    campaign: str
    name: str
    type: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Programme:
    """The settings of a programme.

    Rewards of referrers wait for `delay_days`, so that what is returned costs nothing. A referrer gets
    `most_rewards` within a `period` at most (None: any number). `thresholds` say when a referral is held for
    review or refused (`judging.Thresholds`); empty: as usual. `share_url` is the link that referrers share,
    with {code} where their code goes; "": they share the code alone.
    """

    conversion: Conversion = Conversion.REDEMPTION
    custom_event: str = ""
    referee_reward: RefereeReward | None = None
    delay_days: int = 0
    most_rewards: int | None = None
    period: Period = Period.EVER
    new_customers_only: bool = True
    reverse_on_return: bool = True
    thresholds: Mapping[str, Any] | None = None
    share_url: str = ""

    def share_link(self, code: str) -> str:
        """The link for this code, "" if the programme has none."""
        return self.share_url.replace(CODE, quote(code, safe=""))

    @property
    def limits(self) -> Thresholds:
        """How it is judged; where old customers may be recommended nobody is asked whether he is new."""
        chosen = dict(self.thresholds or {})
        for name in ("device_keys", "payment_keys"):
            if name in chosen:
                chosen[name] = tuple(chosen[name])
        if not self.new_customers_only:
            chosen |= dict.fromkeys(_PROVE_NEW, 0)
        return Thresholds(**chosen)

    @classmethod
    def of(cls, campaign: Campaign) -> Programme:
        return cls.read(campaign.referral or {})

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Programme:
        """`stored` passed `check`."""
        reward = stored.get("referee_reward")
        return cls(
            conversion=Conversion(stored.get("conversion_event_type") or Conversion.REDEMPTION),
            custom_event=(stored.get("custom_event") or {}).get("name", ""),
            referee_reward=None if reward is None else RefereeReward(**reward),
            delay_days=stored.get("delay_days") or 0,
            most_rewards=stored.get("most_rewards"),
            period=Period(stored.get("period") or Period.EVER),
            new_customers_only=stored.get("new_customers_only") is not False,
            reverse_on_return=stored.get("reverse_on_return") is not False,
            thresholds=stored.get("thresholds"),
            share_url=stored.get("share_url") or "",
        )


_FIXED: Final = ("conversion_event_type", "custom_event", "referee_reward")
_OWN: Final = (
    "delay_days",
    "most_rewards",
    "period",
    "new_customers_only",
    "reverse_on_return",
    "thresholds",
    "share_url",
)


def check(referral: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of these settings; words that nobody knows are left out.

    :raises InvalidPayload: a number or word that cannot be, or a reward that is no card.
    :raises NotFound: the campaign of the referee's card does not exist.
    """
    found = {name: referral[name] for name in (*_FIXED, *_OWN) if referral.get(name) is not None}
    found.setdefault("conversion_event_type", Conversion.REDEMPTION.value)
    _check_conversion(found)
    if "referee_reward" in found:
        found["referee_reward"] = _referee_reward(found["referee_reward"])
    _check_own(found)
    return found


def changed(referral: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The settings after a change: what is the contract's stays (15.1), null takes one of ours away.

    :raises InvalidPayload: as `check`.
    """
    own = {name: wanted[name] for name in _OWN if name in wanted}
    kept = {name: value for name, value in {**referral, **own}.items() if value is not None}
    _check_own(kept)
    return kept


def _check_conversion(found: dict[str, Any]) -> None:
    kind = found["conversion_event_type"]
    if kind not in tuple(Conversion):
        raise InvalidPayload(f"conversion_event_type: one of {', '.join(Conversion)} is expected.")
    event = found.get("custom_event")
    if kind == Conversion.CUSTOM_EVENT:
        if not isinstance(event, Mapping) or not event.get("name"):
            raise InvalidPayload("custom_event.name: which event converts?")
        found["custom_event"] = {name: str(event[name]) for name in ("id", "name") if event.get(name)}
    else:
        found.pop("custom_event", None)


def _referee_reward(given: Mapping[str, Any]) -> dict[str, Any]:
    campaign = campaigns.get(str(given["campaign"]))
    if campaign.campaign_type != _KIND_OF_CARD.get(given["type"]):
        raise InvalidPayload(
            f"referee_reward: {campaign.name} has no codes of type {given['type']}. Name a loyalty programme "
            "for points, or a campaign of gift cards for credits."
        )
    amount = given["amount"]
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 1:
        raise InvalidPayload("referee_reward.amount: a whole number of at least 1 is expected.")
    return {"campaign": campaign.public_id, "name": campaign.name, "type": given["type"], "amount": amount}


def _check_own(found: Mapping[str, Any]) -> None:
    _check_number(found, "delay_days", 0, LONGEST_DELAY)
    _check_number(found, "most_rewards", 1, MOST_REWARDS)
    if found.get("period") not in (None, *Period):
        raise InvalidPayload(f"period: one of {', '.join(Period)} is expected.")
    _check_thresholds(found.get("thresholds"))
    for name in ("new_customers_only", "reverse_on_return"):
        if not isinstance(found.get(name, False), bool):
            raise InvalidPayload(f"{name}: true or false is expected.")
    check_link(found.get("share_url"))


def check_link(url: Any) -> None:
    """:raises InvalidPayload: it is no link, or the code has no place in it."""
    if url is None:
        return
    is_link = isinstance(url, str) and len(url) <= LONGEST_LINK and _LINK.match(url)
    if not is_link or CODE not in url:
        raise InvalidPayload(
            f"share_url: a link that begins with https:// or http://, with {CODE} where the code goes."
        )


def _check_thresholds(given: object) -> None:
    """Only those that differ from the usual are stored."""
    if given is None:
        return
    names = {field.name for field in fields(Thresholds)}
    if not isinstance(given, Mapping) or given.keys() - names:
        raise InvalidPayload(f"thresholds: an object with some of {', '.join(sorted(names))} is expected.")
    keys = {name: tuple(given[name]) for name in ("device_keys", "payment_keys") if name in given}
    try:
        Thresholds(**{**given, **keys})
    except (UnusableThresholds, TypeError) as error:
        raise InvalidPayload(f"thresholds: {error}") from error


def _check_number(found: Mapping[str, Any], name: str, lowest: int, highest: int) -> None:
    value = found.get(name)
    if value is not None and (
        not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest
    ):
        raise InvalidPayload(f"{name}: a whole number from {lowest} to {highest} is expected.")


def to_wire(stored: Mapping[str, Any]) -> dict[str, Any]:
    """`referral_program`: the contract's words, and ours where somebody chose them."""
    reward = stored.get("referee_reward")
    wire: dict[str, Any] = {"conversion_event_type": stored["conversion_event_type"]}
    if stored.get("custom_event"):
        wire["custom_event"] = stored["custom_event"]
    if reward is not None:
        parent = {"id": reward["campaign"], "name": reward["name"], "object": "CAMPAIGN"}
        wire["referee_reward"] = {
            "related_object_parent": parent,
            "type": reward["type"],
            "amount": reward["amount"],
        }
    return wire | {name: stored[name] for name in _OWN if name in stored}
