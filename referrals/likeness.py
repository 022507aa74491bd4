"""Whether two accounts are one person or one home. Pure.

Flat mates and families share address and device; that is one hint, however much of it they share. Families
may share a card or a landline, too; both together are held. A person with two accounts also has a name, a
number, a card or a mailbox twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from referrals import traits
from referrals.findings import Sign
from referrals.thresholds import Thresholds
from referrals.traits import Traits

HOME: Final = "home"

type IsCrowded = Callable[[str, str], bool]
"""Kind of trait and its key -> whether so many have it that it says nothing."""


def signs(one: Traits, other: Traits, limits: Thresholds, is_crowded: IsCrowded) -> list[Sign]:
    """What referrer and new customer share."""
    found = []
    if one.mailbox and one.mailbox == other.mailbox:
        if is_crowded("mailbox", one.mailbox):
            found.append(_sign("crowded_email", min(limits.same_email, limits.hold_at)))
        else:
            found.append(_sign("same_email", limits.same_email))
    elif one.stem and one.stem == other.stem:
        found.append(_sign("similar_email", limits.similar_email))
    is_family = _is_family(one, other)
    if one.phone and one.phone == other.phone:
        family = _sign("family_phone", limits.family_phone)
        found.append(family if is_family else _sign("same_phone", limits.same_phone))
    if one.payments & other.payments:
        family = _sign("family_payment", limits.family_payment)
        found.append(family if is_family else _sign("same_payment", limits.same_payment))
    if traits.is_same_name(one.name, other.name):
        found.append(_sign("same_name", limits.same_name))
    if one.address and one.address == other.address and not is_crowded("address", one.address):
        found.append(_sign("same_address", limits.same_address, HOME))
    if any(not is_crowded("device", device) for device in one.devices & other.devices):
        found.append(_sign("same_device", limits.same_device, HOME))
    return found


def _is_family(one: Traits, other: Traits) -> bool:
    """Two names and two mailboxes under one surname: a landline or a card may well be for both."""
    return (
        one.surname != ""
        and one.surname == other.surname
        and not traits.is_same_name(one.name, other.name)
        and (one.stem == "" or one.stem != other.stem)
    )


def score(found: list[Sign]) -> int:
    """Points of signs, the weightiest of each kind."""
    alone = sum(sign.points for sign in found if not sign.kind)
    kinds: dict[str, int] = {}
    for sign in found:
        if sign.kind:
            kinds[sign.kind] = max(kinds.get(sign.kind, 0), sign.points)
    return alone + sum(kinds.values())


def _sign(key: str, points: int, kind: str = "") -> Sign:
    return Sign(key=key, points=points, message=_MESSAGES[key], kind=kind)


_MESSAGES: Final = {
    "same_email": "The e-mail addresses of referrer and new customer reach the same mailbox.",
    "crowded_email": "Referrer and new customer have an e-mail address that many customers have.",
    "similar_email": "The mailboxes of referrer and new customer are named alike.",
    "same_phone": "Referrer and new customer have the same phone number.",
    "same_payment": "Referrer and new customer pay with the same card or account.",
    "family_phone": "Referrer and new customer have one phone number, and are one family by their names.",
    "family_payment": "Referrer and new customer pay with one card, and are one family by their names.",
    "same_name": "Referrer and new customer have the same name.",
    "same_address": "Referrer and new customer live at the same address.",
    "same_device": "Referrer and new customer use the same device.",
}
