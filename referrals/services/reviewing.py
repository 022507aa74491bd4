"""People decide about referrals that were held. Contract: referrals 15.5 (ours)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commerce.models import Customer
from core import audit
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock, retried
from referrals.models import Referral
from referrals.programmes import Programme
from referrals.services import converting, rewarding

State = Referral.State


class NotHeld(DomainError):
    key = "referral_not_held"
    message = "Referral is not held"


@retried
@transaction.atomic
def accept(*, referral_id: int, reason: str = "", actor: Actor, now: datetime) -> Referral:
    """It counts, and brings its rewards; waiting times go from when it happened.

    :raises NotHeld: somebody decided already, or it was taken back.
    """
    row = _held(referral_id)
    _decide(row, State.ACCEPTED, reason, actor, now)
    converting.accepted(row, Programme.of(row.campaign), actor=actor, now=now)
    return row


@retried
@transaction.atomic
def refuse(*, referral_id: int, reason: str, actor: Actor, now: datetime) -> Referral:
    """It counts for nobody; the customer may be recommended by somebody else.

    :raises NotHeld: as `accept`.
    """
    row = _held(referral_id)
    _decide(row, State.REFUSED, reason, actor, now)
    rewarding.cancel(row, reason=reason or "The referral was refused.", actor=actor, now=now)
    return row


def _held(referral_id: int) -> Referral:
    people = Referral.objects.filter(pk=referral_id).values_list("referrer", "referee").first()
    if people is None:
        raise NotFound.of("referral", str(referral_id))
    lock(Customer.objects.filter(pk__in=people))
    rows = lock(Referral.objects.filter(pk=referral_id))
    if rows[0].state != State.HELD:
        raise NotHeld(f"It is {rows[0].get_state_display().lower()} already.")
    related = ("campaign", "referrer", "referee", "voucher", "redemption", "order")
    return Referral.objects.select_related(*related).get(pk=referral_id)


def _decide(row: Referral, state: Referral.State, reason: str, actor: Actor, now: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.label, now
    row.reason, row.updated_at = reason, now
    row.save(update_fields=["state", "decided_by", "decided_at", "reason", "updated_at"])
    name = "referral.accepted" if state == State.ACCEPTED else "referral.refused"
    # What people write stands on the row, where it can be forgotten.
    audit.log(actor, name, row, now=now, before={"state": str(State.HELD)}, after={"state": str(state)})
