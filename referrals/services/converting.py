"""Somebody who was recommended converts: the referral is kept, judged, and brings its rewards.

Contract: referrals 15.3. Order of locks: customers by primary key, then what is written for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from commerce.models import Customer, CustomEvent, Order
from commerce.services import customers
from core import audit, events
from core.actors import Actor
from core.locking import lock, retried
from promotions import referral_codes
from promotions.models import Campaign, Redemption, Voucher
from referrals.models import Referral
from referrals.programmes import Programme
from referrals.services import holders, holding, judging, rewarding

State = Referral.State


@dataclass(frozen=True, kw_only=True)
class Converted:
    """What happened: `voucher` with its campaign, who came by it, when, and by what."""

    voucher: Voucher
    referee: Customer
    cause: Referral.Cause
    at: datetime
    redemption: Redemption | None = None
    order: Order | None = None
    event: CustomEvent | None = None


def convert(found: Converted, *, actor: Actor, now: datetime) -> Referral | None:
    """Keep it and do what follows. None: the code recommends nobody, or the referee was recommended before.

    Safe to repeat: in a programme a customer is recommended once, by whoever was first. Earlier referrals
    that look like part of the same abuse now are held again, each in a transaction of its own.
    """
    referral = _converted(found, actor, now)
    for public_id in (referral.judged.get("earlier") or ()) if referral is not None else ():
        holding.hold_again(public_id=public_id, because=referral, actor=actor, now=now)
    return referral


@retried
@transaction.atomic
def _converted(found: Converted, actor: Actor, now: datetime) -> Referral | None:
    campaign, referrer_id = found.voucher.campaign, found.voucher.holder_id
    if campaign is None or not referral_codes.is_referral(campaign) or referrer_id is None:
        return None
    people = {row.pk: row for row in lock(Customer.objects.filter(pk__in={referrer_id, found.referee.pk}))}
    if people.keys() != {referrer_id, found.referee.pk} or _is_known(campaign, found):
        return None
    programme = Programme.of(campaign)
    judgement = judging.of(
        found=found,
        referrer=people[referrer_id],
        referee=people[found.referee.pk],
        campaign=campaign,
        programme=programme,
    )
    referral = Referral.objects.create(
        campaign=campaign,
        voucher=found.voucher,
        referrer=people[referrer_id],
        referee=people[found.referee.pk],
        cause=found.cause,
        redemption=found.redemption,
        order=found.order,
        event=found.event,
        state=judgement.state,
        findings=judgement.findings,
        judged=judgement.known,
        traits=judgement.traits,
        created_at=found.at,
    )
    _remember_on_order(referral)
    if referral.state != State.REFUSED:
        holders.attach(voucher=found.voucher, customer=found.referee, actor=actor, now=now)
    audit.log(actor, _SAID[judgement.state], referral, now=now, after=_facts(referral))
    if judgement.state == State.ACCEPTED:
        accepted(referral, programme, actor=actor, now=now)
    return referral


def accepted(referral: Referral, programme: Programme, *, actor: Actor, now: datetime) -> None:
    """It counts from now on: who was recommended is told of, and rewards follow. The caller holds both."""
    customers.count_referral(referrer_id=referral.referrer_id, referee_id=referral.referee_id, count=1)
    if referral.rewards.exists():
        # It counted before it was held again: what was promised then stands.
        return
    events.emit("customer.referred", entity=referral.referee, actor=actor, now=now, payload=ids(referral))
    rewarding.plan(referral, programme, actor=actor, now=now)


def ids(referral: Referral) -> dict[str, Any]:
    """What events say about a referral."""
    redemption, order = referral.redemption, referral.order
    return {
        "referral_id": referral.public_id,
        "customer_id": referral.referee.public_id,
        "referrer_id": referral.referrer.public_id,
        "campaign_id": referral.campaign.public_id,
        "voucher_id": referral.voucher.public_id,
        "redemption_id": redemption.public_id if redemption is not None else None,
        "order_id": order.public_id if order is not None else None,
    }


_SAID: Final = {
    State.ACCEPTED: "referral.accepted",
    State.HELD: "referral.held",
    State.REFUSED: "referral.refused",
}


def _is_known(campaign: Campaign, found: Converted) -> bool:
    """Whether this happened before, or somebody recommended the referee already."""
    rows = Referral._base_manager.filter(campaign=campaign)
    if found.redemption is not None and rows.filter(redemption=found.redemption).exists():
        return True
    if found.event is not None and rows.filter(event=found.event).exists():
        return True
    return rows.filter(referee=found.referee).exclude(state=State.REFUSED).exists()


def _remember_on_order(referral: Referral) -> None:
    """The order says who recommended its customer (contract: 15.3), unless the shop said so itself."""
    if referral.order is not None and referral.state != State.REFUSED:
        Order.objects.filter(pk=referral.order.pk, referrer=None).update(referrer=referral.referrer)


def _facts(referral: Referral) -> dict[str, Any]:
    return {
        **ids(referral),
        "state": str(referral.state),
        "findings": [one["key"] for one in referral.findings],
    }
