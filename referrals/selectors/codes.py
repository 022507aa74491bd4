"""Referral codes, and who holds them."""

from __future__ import annotations

from django.db.models import QuerySet

from core.errors import NotFound
from promotions import referral_codes
from promotions.models import Campaign, Holder, Voucher
from promotions.selectors import campaigns, vouchers


def get(reference: str, *, campaign: str = "") -> Voucher:
    """The code of a path: id or code, of this programme (id or name) if one is named.

    :raises NotFound: there is none, or it is no referral code.
    """
    programme: Campaign | None = campaigns.get(campaign) if campaign else None
    found = vouchers.get(reference)
    if not referral_codes.is_referral(found.campaign):
        raise NotFound.of("voucher", reference)
    if programme is not None and found.campaign_id != programme.pk:
        raise NotFound.of("voucher", reference)
    return found


def holders(voucher: Voucher) -> QuerySet[Holder]:
    """Who has the code, to recommend with it or because he was recommended."""
    rows = Holder.objects.filter(voucher=voucher)
    return rows.select_related("customer", "voucher__campaign")


def holder(voucher: Voucher, public_id: str) -> Holder:
    """:raises NotFound: the code has no such holder."""
    found = holders(voucher).filter(public_id=public_id).first()
    if found is None:
        raise NotFound.of("holder", public_id)
    return found
