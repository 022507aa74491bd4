"""Who was given a code in the demo shop: birthday cards for some, and a refusal with its reason."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from commerce.models import Customer
from core.actors import Actor
from promotions.services import publications
from promotions.services.publication_specs import PublicationSpec, VoucherAlreadyPublished

_CAMPAIGN: Final = "Harbour gift cards"
_NUMBER: Final = 6


def load(*, people: list[Customer], now: datetime, actor: Actor) -> None:
    shoppers = people[:_NUMBER]
    for place, customer in enumerate(shoppers):
        given = _give(customer, now - timedelta(days=_NUMBER - place), actor, campaign=_CAMPAIGN)
    with suppress(VoucherAlreadyPublished):  # it stands in the list, with its reason
        _give(shoppers[0], now - timedelta(hours=3), actor, voucher=given.vouchers[0].code)


def _give(
    customer: Customer, at: datetime, actor: Actor, *, campaign: str = "", voucher: str = ""
) -> publications.Published:
    spec = PublicationSpec(
        customer={"id": customer.public_id},
        campaign=campaign,
        voucher=voucher,
        channel="E-mail",
        metadata={"occasion": "birthday"},
    )
    return publications.publish(spec=spec, actor=actor, now=at)
