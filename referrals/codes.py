"""Custom events may name a referral code (`commerce.event_codes`)."""

from __future__ import annotations

from commerce import event_codes
from core.errors import InvalidPayload, NotFound
from promotions import referral_codes
from promotions.selectors import vouchers


def find(code: str, referrer_id: str) -> None:
    """:raises NotFound: no referral programme has such a code.
    :raises InvalidPayload: somebody else recommends with it (contract: referrals 15.3).
    """
    found = vouchers.get(code)
    if not referral_codes.is_referral(found.campaign):
        raise NotFound.of("voucher", code)
    holder = found.holder
    if referrer_id and (holder is None or referrer_id not in (holder.public_id, holder.source_id)):
        raise InvalidPayload("referral.referrer_id: the code belongs to somebody else.")


def register() -> None:
    event_codes.register("referral", find)
