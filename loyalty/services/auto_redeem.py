"""Rewards that redeem themselves as soon as a card can pay for them. Contract: loyalty 8.5."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Final

from core import project
from core.actors import Actor
from loyalty.models import LoyaltyCard, RewardRedemption
from loyalty.selectors import member_rewards
from loyalty.services import after_points, reward_redemptions
from loyalty.services.reward_redemptions import RewardSpec
from promotions.channels import AUTO_REDEEM
from promotions.models import RewardAssignment, Voucher
from promotions.redeemables import NotRedeemable
from promotions.services import reward_assignments

AT_ONCE: Final = 25
"""Rewards of one transaction."""
A_DAY: Final = 10
"""Transactions of one card and day; more are nothing that anybody can have meant."""

_is_running: ContextVar[bool] = ContextVar("rewards are redeeming themselves", default=False)


def register() -> None:
    after_points.register(run)


def run(card: LoyaltyCard, now: datetime) -> int:
    """As many as the balance pays for, 25 at most; how many there were. The card is locked, and up to date
    afterwards. What a reward gives does not set off another one.
    """
    if _is_running.get():
        return 0
    assignment = (
        RewardAssignment._base_manager.select_related("reward")
        .filter(campaign=card.campaign_id, auto_redeem=True, is_blocked=False, deleted_at=None)
        .first()
    )
    if assignment is None or assignment.points is None:
        return 0
    voucher = Voucher._base_manager.select_related("holder").get(pk=card.pk)
    offer = member_rewards.offers([(voucher, assignment)], now=now)[voucher.pk, assignment.pk]
    free = card.balance - card.held
    if offer.refusal or offer.points is None or voucher.holder is None or free < offer.points:
        return 0
    actor = Actor.system(assignment.public_id, channel=AUTO_REDEEM)
    if _times_today(card, now) >= A_DAY:
        reward_assignments.block(assignment_id=assignment.pk, actor=actor, now=now)
        return 0
    done = _redeem(voucher, assignment, min(AT_ONCE, free // offer.points), actor, now)
    if done:
        card.refresh_from_db()
    return done


def _redeem(voucher: Voucher, assignment: RewardAssignment, number: int, actor: Actor, now: datetime) -> int:
    token = _is_running.set(True)
    try:
        for done in range(number):
            spec = RewardSpec(reward=str(assignment.public_id))
            try:
                reward_redemptions.take(voucher=voucher, spec=spec, actor=actor, now=now)
            except NotRedeemable:
                # Out of stock, or out of its dates; the attempt is on record.
                return done
        return number
    finally:
        _is_running.reset(token)


def _times_today(card: LoyaltyCard, now: datetime) -> int:
    """In how many transactions of this day rewards of this card redeemed themselves."""
    midnight = now.astimezone(project.current().zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = RewardRedemption.objects.filter(card=card, is_automatic=True, created_at__gte=midnight)
    return rows.values("created_at").distinct().count()
