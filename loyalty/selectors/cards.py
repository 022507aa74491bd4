"""Cards of customers, and which of them may be used."""

from __future__ import annotations

from datetime import datetime

from commerce.models import Customer
from core import project
from promotions.models import Campaign, Voucher


def of_customer(campaign: Campaign, customer: Customer) -> list[Voucher]:
    """His cards of a programme, the oldest first."""
    rows = Voucher._base_manager.filter(
        campaign=campaign,
        type=Voucher.Type.LOYALTY_CARD,
        holder=customer,
        deleted_at=None,
        released_at=None,
    )
    return list(rows.order_by("pk"))


def named(campaign: Campaign, code: str) -> list[Voucher]:
    """The card of this code, if somebody holds it."""
    rows = Voucher._base_manager.filter(
        campaign=campaign,
        type=Voucher.Type.LOYALTY_CARD,
        code_key=project.code_key(code, project.current()),
        holder__isnull=False,
        deleted_at=None,
        released_at=None,
    )
    return list(rows)


def is_usable(card: Voucher, at: datetime) -> bool:
    """Enabled, and within its dates."""
    begun = card.starts_at is None or card.starts_at <= at
    return card.is_active and begun and (card.ends_at is None or at < card.ends_at)
