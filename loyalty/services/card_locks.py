"""Members, locked in the order of the house: customer, voucher, card."""

from __future__ import annotations

from collections.abc import Collection

from commerce.models import Customer
from core.actors import Actor
from core.errors import DomainError
from core.locking import lock
from loyalty.models import LoyaltyCard
from promotions.models import Voucher


class NotPublished(DomainError):
    key = "not_published"
    message = "Not published"


def members(voucher_ids: Collection[int]) -> dict[int, LoyaltyCard]:
    """The cards of these codes with their programmes, by primary key, until the transaction ends.

    :raises NotPublished: nobody holds one of them. Contract: loyalty 4.1.
    """
    rows = Voucher._base_manager.filter(pk__in=voucher_ids)
    holders = set(rows.values_list("holder", flat=True)) - {None}
    lock(Customer.objects.filter(pk__in=holders))
    lock(rows)
    lock(LoyaltyCard._base_manager.filter(pk__in=voucher_ids))
    cards = LoyaltyCard._base_manager.filter(pk__in=voucher_ids).select_related("campaign", "voucher")
    found = {card.pk: card for card in cards}
    for pk, code, holder in rows.values_list("pk", "code", "holder"):
        if holder is None or pk not in found:
            raise NotPublished(f"Nobody holds the card {code} yet: give it to a customer first.")
    return found


def member(voucher_id: int) -> LoyaltyCard:
    """One of them."""
    return members([voucher_id])[voucher_id]


def source_of(actor: Actor) -> str:
    """What the ledger calls whoever moved points by hand."""
    return actor.label or actor.channel
