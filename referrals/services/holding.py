"""A referral that counted is held again, because a later one shows what it may be part of.

Contract: referrals 15.5 (ours).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from commerce.models import Customer
from commerce.services import customers
from core import audit
from core.actors import Actor
from core.locking import lock, retried
from referrals.models import Referral, ReferralReward

State = Referral.State
_MESSAGE: Final = "A later referral shows that this one may be part of the same abuse."


@retried
@transaction.atomic
def hold_again(*, public_id: str, because: Referral | None, actor: Actor, now: datetime) -> bool:
    """Let it wait for a person; whether it does now. Not where the referrer has his reward already."""
    known = Referral._base_manager.filter(public_id=public_id, decided_by="").values_list(
        "pk", "referrer", "referee"
    )
    found = known.first()
    if found is None:
        return False
    pk, referrer, referee = found
    lock(Customer.objects.filter(pk__in={referrer, referee}))
    rows = lock(Referral._base_manager.filter(pk=pk, state=State.ACCEPTED))
    has_paid = ReferralReward._base_manager.filter(
        referral=pk, tier__isnull=False, state=ReferralReward.State.PAID
    )
    if not rows or has_paid.exists():
        return False
    row = rows[0]
    evidence = {"referrals": [because.public_id]} if because is not None else {}
    finding = {"key": "part_of_abuse", "severity": "holds", "message": _MESSAGE, "evidence": evidence}
    row.state, row.updated_at, row.findings = State.HELD, now, [finding, *row.findings]
    row.save(update_fields=["state", "updated_at", "findings"])
    customers.count_referral(referrer_id=referrer, referee_id=referee, count=-1)
    audit.log(
        actor,
        "referral.held",
        row,
        now=now,
        before={"state": str(State.ACCEPTED)},
        after={"state": str(State.HELD), **evidence},
    )
    return True
