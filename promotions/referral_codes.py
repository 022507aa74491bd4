"""What this floor asks of whoever knows how referral programmes work: `referrals` registers itself here.

The codes of a referral programme are discount codes that their holders give on. Contract: referrals 15.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from core.errors import DomainError
from engine import Reason
from engine.reasons import ReasonKey
from promotions.models import Campaign, Voucher
from promotions.redeemables import Found


class Programmes(Protocol):
    def checked(self, referral: Mapping[str, Any]) -> dict[str, Any]:
        """What is stored of the settings of a new programme (`Campaign.referral`).

        :raises DomainError: a number or word that cannot be, or a campaign that is none of cards.
        """

    def changed(self, referral: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The same after a change; what converts and what a referee gets is fixed, and passed over.

        :raises DomainError: as `checked`.
        """

    def in_words(self, referral: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """The settings for people: label and text of each."""

    def shown(self, referral: Mapping[str, Any]) -> dict[str, Any]:
        """The settings on the wire (`referral_program`)."""


_programmes: list[Programmes] = []


def register(programmes: Programmes) -> None:
    """Called from `AppConfig.ready()`."""
    _programmes[:] = [programmes]


def programmes() -> Programmes:
    """:raises DomainError: this deployment knows no referrals."""
    if not _programmes:
        raise DomainError("Referral programmes are not installed in this deployment.")
    return _programmes[0]


def is_referral(campaign: Campaign | None) -> bool:
    return campaign is not None and campaign.campaign_type == Campaign.CampaignType.REFERRAL_PROGRAM


NOBODY_GIVES_IT = Reason(
    key=ReasonKey.NOT_PUBLISHED,
    message="not published",
    details="The referral code belongs to nobody who could recommend with it",
    remedy="Publish it to a customer first",
)
NOBODY_TAKES_IT = Reason(
    key=ReasonKey.MISSING_CUSTOMER,
    message="customer is missing",
    details="A referral code is redeemed by a customer who is known: he is the one who was recommended",
    remedy="Send the customer",
)


def with_referrers(found: Sequence[Found], *, customer_id: int | None, is_somebody: bool) -> list[Found]:
    """Referral codes say whether this customer may use them; others are left alone.

    `customer_id` is the row of the customer, None while he is new; `is_somebody`: one was sent at all.
    """

    def judged(entry: Found) -> Found:
        if not is_referral(entry.campaign) or not isinstance(entry.row, Voucher):
            return entry
        candidate, holder = entry.candidate, entry.row.holder_id
        reason = NOBODY_GIVES_IT if holder is None else None if is_somebody else NOBODY_TAKES_IT
        is_referrer = holder is not None and holder == customer_id
        return replace(
            entry,
            candidate=replace(candidate, reason=candidate.reason or reason, is_referrer=is_referrer),
        )

    return [judged(entry) for entry in found]
