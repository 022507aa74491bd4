"""Rewards reach people: a coupon, credits on a gift card, points on a card. Contract: loyalty 8.3, 15.4.

Who gives them, for points or for a recommendation, names the cause: for one of them a person gets it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from commerce.models import Customer
from core import audit, events
from core.actors import Actor
from core.locking import lock
from promotions import points
from promotions.models import Campaign, Reward, Voucher
from promotions.services import ledger, publications
from promotions.services.publication_specs import PublicationSpec

_CHANNEL: Final = "Reward"


@dataclass(frozen=True, kw_only=True)
class Granted:
    """The coupon, or the card that was topped up and by how many credits or points; of a product nothing."""

    voucher: Voucher | None = None
    amount: int = 0


def grant(
    *, reward: Reward, customer: Customer, cause: str, reason: str, actor: Actor, now: datetime
) -> Granted:
    """Give what the reward stands for; who has no card of its campaign gets one first.

    :raises DomainError: the campaign has no code left, or is over (`publication_specs.REFUSALS`).
    """
    campaign = reward.campaign
    if reward.type != Reward.Type.CAMPAIGN or campaign is None:
        return Granted()
    if campaign.campaign_type == Campaign.CampaignType.DISCOUNT_COUPONS:
        return Granted(voucher=_published(customer, campaign, cause, actor, now))
    return top_up(
        campaign=campaign,
        customer=customer,
        amount=reward.balance or 0,
        cause=cause,
        reason=reason,
        actor=actor,
        now=now,
    )


def top_up(
    *,
    campaign: Campaign,
    customer: Customer,
    amount: int,
    cause: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Granted:
    """Credits or points on the customer's card of this campaign, which is published first where he has none.

    :raises DomainError: as `grant`.
    """
    held = Voucher.objects.filter(
        campaign=campaign, holder=customer, deleted_at=None, released_at=None, is_active=True
    )
    card = held.order_by("pk").first() or _published(customer, campaign, cause, actor, now)
    if campaign.campaign_type == Campaign.CampaignType.GIFT_VOUCHERS:
        ledger.give(code=card.public_id, credits=amount, reason=reason, actor=actor, now=now)
    else:
        points.keeper().add(
            voucher_id=card.pk, points=amount, cause=cause, reason=reason, actor=actor, now=now
        )
    return Granted(voucher=card, amount=amount)


def take_back(granted: Granted, *, cause: str, reason: str, actor: Actor, now: datetime) -> int:
    """Take back what is unused of it; how much the customer keeps (of a coupon: 1 if it is used)."""
    given = granted.voucher
    if given is None:
        return 0
    if given.type == Voucher.Type.DISCOUNT_VOUCHER:
        return _disabled(given, actor, now)
    if given.type == Voucher.Type.GIFT_VOUCHER:
        lock(Voucher.objects.filter(pk=given.pk))
        card = Voucher.objects.get(pk=given.pk)
        taken = min(granted.amount, max(0, (card.gift_balance or 0) - card.gift_held))
        if taken:
            ledger.give(code=given.public_id, credits=-taken, reason=reason, actor=actor, now=now)
        return granted.amount - taken
    numbers = points.keeper().numbers([given])[given.pk]
    taken = min(granted.amount, max(0, numbers.balance - numbers.held))
    if taken:
        points.keeper().take_back(
            voucher_id=given.pk, points=taken, cause=cause, reason=reason, actor=actor, now=now
        )
    return granted.amount - taken


def _published(customer: Customer, campaign: Campaign, cause: str, actor: Actor, now: datetime) -> Voucher:
    spec = PublicationSpec(
        customer={"id": customer.public_id}, campaign=campaign.public_id, channel=_CHANNEL, cause=cause
    )
    return publications.publish(spec=spec, actor=actor, now=now).vouchers[0]


def _disabled(coupon: Voucher, actor: Actor, now: datetime) -> int:
    rows = lock(Voucher.objects.filter(pk=coupon.pk))
    if rows and rows[0].redeemed_quantity:
        return 1
    Voucher.objects.filter(pk=coupon.pk).update(is_active=False, updated_at=now)
    audit.log(actor, "voucher.disabled", coupon, now=now, after={"is_active": False})
    events.emit(
        "voucher.disabled", entity=coupon, actor=actor, now=now, payload={"voucher_id": coupon.public_id}
    )
    return 0
