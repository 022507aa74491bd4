"""Around one referral: whom else both sides recommended or were recommended by, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db.models import Q

from commerce.models import Order
from promotions.models import Holder
from referrals.models import Referral, ReferralReward
from referrals.selectors import reviews

MOST_OTHERS: Final = 50
_MOST_ORDERS: Final = 10


class Kind(StrEnum):
    REFERRER_CREATED = "referrer_created"
    REFEREE_CREATED = "referee_created"
    CODE_PUBLISHED = "code_published"
    ORDER = "order"
    REDEEMED = "redeemed"
    EVENT = "event"
    HELD = "held"
    DECIDED = "decided"
    REWARD_DUE = "reward_due"
    REWARD_PAID = "reward_paid"
    BLOCKED = "blocked"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happened. `customer` is whose it was, where that is not plain from `kind`."""

    at: datetime
    kind: Kind
    customer_id: int | None = None
    order: Order | None = None
    reward: ReferralReward | None = None


def others(referral: Referral) -> list[Referral]:
    """The newest other referrals in which one of the two stands, on either side and in any programme.

    In reach of the caller.
    """
    pair = (referral.referrer_id, referral.referee_id)
    touching = Q(referrer__in=pair) | Q(referee__in=pair)
    return list(reviews.rows().filter(touching).exclude(pk=referral.pk).order_by("-pk")[:MOST_OTHERS])


def rewards(referral: Referral) -> list[ReferralReward]:
    found = ReferralReward._base_manager.filter(referral=referral).order_by("pk")
    return list(found.select_related("customer", "tier", "reward", "voucher", "campaign"))


def timeline(referral: Referral, given: Sequence[ReferralReward]) -> list[Moment]:
    """The earliest first; of both, the newest orders. `given` are the rewards of the referral."""
    referrer, referee = referral.referrer, referral.referee
    found = [
        Moment(at=referrer.created_at, kind=Kind.REFERRER_CREATED),
        Moment(at=referee.created_at, kind=Kind.REFEREE_CREATED),
        Moment(at=referral.created_at, kind=Kind.HELD),
    ]
    if referral.redemption is not None:
        found.append(Moment(at=referral.redemption.redeemed_at, kind=Kind.REDEEMED))
    if referral.event is not None:
        found.append(Moment(at=referral.event.created_at, kind=Kind.EVENT))
    if referral.decided_at is not None:
        found.append(Moment(at=referral.decided_at, kind=Kind.DECIDED))
    held = Holder.objects.filter(voucher=referral.voucher_id, customer=referrer).first()
    if held is not None:
        found.append(Moment(at=held.created_at, kind=Kind.CODE_PUBLISHED))
    orders = Order.objects.filter(customer__in=[referrer.pk, referee.pk]).order_by("-created_at", "-pk")
    found += [
        Moment(at=order.created_at, kind=Kind.ORDER, customer_id=order.customer_id, order=order)
        for order in orders[:_MOST_ORDERS]
    ]
    found += [
        Moment(at=person.blocked_at, kind=Kind.BLOCKED, customer_id=person.pk)
        for person in (referrer, referee)
        if person.blocked_at is not None
    ]
    for row in given:
        is_paid = row.paid_at is not None
        found.append(
            Moment(
                at=row.paid_at or row.due_at,
                kind=Kind.REWARD_PAID if is_paid else Kind.REWARD_DUE,
                customer_id=row.customer_id,
                reward=row,
            )
        )
    return sorted(found, key=lambda one: one.at)
