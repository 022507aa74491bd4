"""What a message to a customer can speak of. The names are what marketers write between the braces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from commerce.models import Customer
from core import branding, words
from core.branding import Brand
from promotions import words as promotion_words
from promotions.models import Distribution, Publication, Voucher

SAMPLE: Final[Mapping[str, Any]] = {
    "customer": {
        "name": "Ann Smith",
        "first_name": "Ann",
        "email": "ann@shop.example",
        "phone": "+1 202 555 0100",
        "city": "Boston",
        "country": "US",
        "source_id": "crm-1001",
        "id": "cust_1",
    },
    "code": "SPRING-X7K2",
    "codes": ["SPRING-X7K2"],
    "campaign": {"name": "Spring coupons"},
    "offer": "10 % off the order",
    "valid_until": "31 Mar 2027",
    "brand": {"name": "The shop"},
    "event": {
        "name": "newsletter",
        "order_id": "ord_1",
        "amount": "120.00",
        "total_amount": "108.00",
        "code": "SPRING-X7K2",
        "campaign": "Spring coupons",
        "points": "250",
        "expires_on": "31 Mar 2027",
        "tier": "Gold",
    },
}
"""Every name there is, with an example. Metadata comes on top: `customer.metadata.…`, `event.metadata.…`."""


def of_customer(customer: Customer) -> dict[str, Any]:
    name = customer.name or ""
    return {
        "name": name,
        "first_name": name.split(" ", 1)[0],
        "email": customer.email or "",
        "phone": customer.phone or "",
        "city": customer.city,
        "country": customer.country,
        "source_id": customer.source_id or "",
        "id": customer.public_id,
        "metadata": dict(customer.metadata),
    }


def of_message(
    *, customer: Customer, happened: Mapping[str, Any], publication: Publication | None, brand: Brand
) -> dict[str, Any]:
    """What is known when it is sent: the customer, what happened, the code that he gets, who writes."""
    facts: dict[str, Any] = {
        **dict.fromkeys(("code", "offer", "valid_until"), ""),
        "codes": [],
        "campaign": {"name": ""},
        "customer": of_customer(customer),
        "brand": {"name": brand.name},
        "event": dict(happened),
    }
    if publication is not None:
        facts |= _of_publication(publication)
    return facts


def _of_publication(publication: Publication) -> dict[str, Any]:
    rows = publication.codes.order_by("pk").select_related("voucher__campaign")
    vouchers = [row.voucher for row in rows]
    campaign = publication.campaign
    return {
        "code": vouchers[0].code if vouchers else "",
        "codes": [voucher.code for voucher in vouchers],
        "campaign": {"name": campaign.name if campaign is not None else ""},
        "offer": _offer(vouchers[0]) if vouchers else "",
        "valid_until": _valid_until(vouchers[0]) if vouchers else "",
    }


def _offer(voucher: Voucher) -> str:
    if voucher.type == Voucher.Type.GIFT_VOUCHER:
        return words.money(voucher.gift_balance)
    inherited = voucher.campaign.discount if voucher.campaign is not None else None
    return promotion_words.discount(voucher.discount or inherited)


def _valid_until(voucher: Voucher) -> str:
    ends_at = voucher.ends_at or (voucher.campaign.ends_at if voucher.campaign is not None else None)
    return words.day(ends_at) if ends_at is not None else ""


def sample(distribution: Distribution | None = None) -> dict[str, Any]:
    """Examples for a preview, as near to the distribution as can be said before anybody gets anything."""
    facts = {**SAMPLE, "brand": {"name": branding.current().name}}
    gives = distribution.gives if distribution is not None else None
    if gives is not None:
        facts["campaign"] = {"name": gives.name}
        if gives.discount:
            facts["offer"] = promotion_words.discount(gives.discount)
        facts["valid_until"] = words.day(gives.ends_at) if gives.ends_at is not None else ""
    return facts
