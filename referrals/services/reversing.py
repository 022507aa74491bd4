"""A referral is taken back: its redemption was rolled back, or its order cancelled or returned as a whole.

Contract: referrals 15.4 (proposed there).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commerce.models import Customer
from commerce.services import customers
from core import audit
from core.actors import Actor
from core.locking import lock, retried
from referrals.models import Referral
from referrals.programmes import Programme
from referrals.services import rewarding

State = Referral.State


@retried
@transaction.atomic
def reverse(*, referral_id: int, reason: str, actor: Actor, now: datetime) -> bool:
    """Let it count no more; whether it did, or might have. Safe to repeat.

    The referee stays recommended: coming back by another code brings nobody anything.
    """
    known = Referral._base_manager.filter(pk=referral_id).values_list("referrer", "referee").first()
    lock(Customer.objects.filter(pk__in=known or ()))
    rows = lock(Referral._base_manager.filter(pk=referral_id, state__in=[State.ACCEPTED, State.HELD]))
    if not rows:
        return False
    row = Referral._base_manager.select_related("campaign", "referrer", "referee").get(pk=rows[0].pk)
    if not Programme.of(row.campaign).reverse_on_return:
        return False
    was = str(row.state)
    row.state, row.reason, row.updated_at = State.REVERSED, reason, now
    row.save(update_fields=["state", "reason", "updated_at"])
    if was == State.ACCEPTED:
        customers.count_referral(referrer_id=row.referrer_id, referee_id=row.referee_id, count=-1)
    rewarding.cancel(row, reason=reason, actor=actor, now=now)
    audit.log(
        actor,
        "referral.reversed",
        row,
        now=now,
        before={"state": was},
        after={"state": str(row.state), "reason": reason},
    )
    return True
