"""Custom events may name a referral code (`commerce.event_codes`)."""

from __future__ import annotations

from commerce import event_codes
from core.errors import NotFound
from promotions import referral_codes
from promotions.selectors import vouchers


def find(code: str) -> None:
    """:raises NotFound: no referral programme has such a code."""
    if not referral_codes.is_referral(vouchers.get(code).campaign):
        raise NotFound.of("voucher", code)


def register() -> None:
    event_codes.register("referral", find)
