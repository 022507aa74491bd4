"""Members of programmes: their cards. Contract: loyalty 1."""

from __future__ import annotations

from core.errors import NotFound
from promotions.models import Campaign, Voucher
from promotions.selectors import vouchers


def get(reference: str, *, campaign: Campaign | None = None) -> Voucher:
    """The card of a path, by its code or its id, ready to be printed.

    :raises NotFound: it is no card, or one of another programme.
    """
    found = vouchers.get(reference)
    is_elsewhere = campaign is not None and found.campaign_id != campaign.pk
    if found.type != Voucher.Type.LOYALTY_CARD or is_elsewhere:
        raise NotFound.of("voucher", reference)
    return found
