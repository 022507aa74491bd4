"""Members of programmes: their cards. Contract: loyalty 1."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from core import unknown_codes
from core.errors import NotFound
from core.models import OutboxEvent
from promotions.models import Campaign, Voucher
from promotions.selectors import vouchers


def get(reference: str, *, campaign: Campaign | None = None) -> Voucher:
    """The card of a path, by its code or its id, ready to be printed.

    :raises NotFound: it is no card, or one of another programme.
    """
    found = vouchers.get(reference)
    is_elsewhere = campaign is not None and found.campaign_id != campaign.pk
    if found.type != Voucher.Type.LOYALTY_CARD or is_elsewhere:
        unknown_codes.note(reference)
        raise NotFound.of("voucher", reference)
    return found


def check(code: str) -> None:
    """:raises NotFound: there is no such card."""
    get(code)


def of_programme(campaign: Campaign) -> QuerySet[Voucher]:
    """Cards that somebody holds, ready to be printed."""
    return vouchers.printable(vouchers.present()).filter(campaign=campaign, holder__isnull=False)


_OF_CUSTOMER: Final = ("customer.loyalty.", "customer.reward", "customer.voucher.loyalty_card.")
_OF_OTHERS: Final = (
    "publication.succeeded",
    "redemption.failed",
    "redemption.rollback.succeeded",
    "redemption.succeeded",
)


def activity(card: Voucher) -> QuerySet[OutboxEvent]:
    """What happened to a card, as far as its holder is concerned. Contract: loyalty 2.1."""
    if card.holder is None:
        return OutboxEvent.objects.none()
    events = OutboxEvent.objects.alias(
        of_customer=KT("payload__customer_id"), of_card=KT("payload__voucher_id")
    )
    holder = card.holder.public_id
    told = Q(name__in=_OF_OTHERS, payload__has_key="customer_id", of_customer=holder)
    for prefix in _OF_CUSTOMER:
        told |= Q(name__startswith=prefix, entity_id=holder)
    return events.filter(told, of_card=card.public_id)
