"""What people may do about referrals that were held, once for each key. Contract: referrals 15.5 (ours)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from commerce.models import Customer
from commerce.services.blocking import CustomerBlocked
from core import places
from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission
from core.idempotency import UNKEYED, Once
from core.locking import lock, retried
from referrals.models import Referral
from referrals.services import reviewing

PERMISSION: Final = "referrals.review"
LONGEST_REASON: Final = 1000


@retried
@transaction.atomic
def accept(
    *,
    referral: Referral,
    reason: str = "",
    actor: Actor,
    now: datetime,
    once: Once[Referral] = UNKEYED,
) -> Referral:
    """It counts, and brings its rewards.

    :raises MissingPermission: the actor may not, or not in all places of the programme.
    :raises InvalidPayload: a very long reason.
    :raises CustomerBlocked: one of the two was blocked.
    :raises NotHeld: somebody decided already, or it was taken back.
    """
    once.claim()
    _check(referral, reason, actor)
    for one in lock(Customer.objects.filter(pk__in=[referral.referrer_id, referral.referee_id])):
        if one.blocked_at is not None:
            raise CustomerBlocked(f"{one} is blocked. Unblock the customer first, or refuse the referral.")
    row = reviewing.accept(referral_id=referral.pk, reason=reason.strip(), actor=actor, now=now)
    once.keep(row)
    return row


@retried
@transaction.atomic
def refuse(
    *, referral: Referral, reason: str, actor: Actor, now: datetime, once: Once[Referral] = UNKEYED
) -> Referral:
    """It counts for nobody, for a reason.

    :raises InvalidPayload: no reason, or a very long one.
    :raises MissingPermission, NotHeld: as `accept`.
    """
    once.claim()
    _check(referral, reason, actor)
    if not reason.strip():
        raise InvalidPayload("reason: say why it is refused.")
    row = reviewing.refuse(referral_id=referral.pk, reason=reason.strip(), actor=actor, now=now)
    once.keep(row)
    return row


def _check(referral: Referral, reason: str, actor: Actor) -> None:
    if not actor.may(PERMISSION):
        raise MissingPermission(f"The permission {PERMISSION} is needed.")
    limit = places.limit()
    if limit is not None and not limit.contains(referral.campaign.places):
        raise MissingPermission("The programme applies outside of your areas and stores, too.")
    if len(reason) > LONGEST_REASON:
        raise InvalidPayload(f"reason: at most {LONGEST_REASON} characters are expected.")
