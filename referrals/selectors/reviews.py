"""Referrals as people decide about them: with both sides and what brought them together."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from core.errors import NotFound
from referrals.models import Referral

OBJECT: Final = "referral_review"
_RELATED: Final = ("campaign", "voucher", "referrer", "referee", "redemption", "order", "event")
# Kilobytes of JSON a row, which nobody looks at here.
_HEAVY: Final = ("snapshot", "outcome", "order_snapshot")


def rows() -> QuerySet[Referral]:
    return with_both_sides(Referral.objects.all())


def with_both_sides(found: QuerySet[Referral]) -> QuerySet[Referral]:
    return found.select_related(*_RELATED).defer(*(f"redemption__{name}" for name in _HEAVY))


def get(reference: str) -> Referral:
    """:raises NotFound: there is no such referral."""
    found = rows().filter(public_id=reference).first()
    if found is None:
        raise NotFound.of(OBJECT, reference)
    return found


def number_waiting() -> int:
    """How many wait for somebody who decides."""
    return Referral.objects.filter(state=Referral.State.HELD).count()
