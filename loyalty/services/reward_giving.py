"""Rewards are handed out when points have paid for them, and taken back. Contract: loyalty 8.3, 8.4.

Both run in the transaction that moved the points; the card is locked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import F

from core import audit, events
from core.actors import Actor
from core.errors import DomainError
from core.locking import lock
from loyalty.models import LoyaltyCard, RewardRedemption
from loyalty.selectors import member_rewards
from loyalty.services import telling
from promotions.channels import AUTO_REDEEM
from promotions.models import Redemption, Reward, RewardAssignment, Rollback, Voucher
from promotions.redeemables import NotRedeemable
from promotions.reward_offers import Offer
from promotions.services import grants
from promotions.services.grants import Granted
from promotions.services.publication_specs import REFUSALS

State = RewardRedemption.State
_REASON: Final = "Reward for points"


class RewardCannotBeGiven(NotRedeemable):
    key = "reward_not_available"
    message = "reward not available"


class RewardAlreadyGiven(DomainError):
    key = "reward_already_given"
    message = "Reward already given"


def give(*, voucher: Voucher, offer: Offer, redemption: Redemption, spent: int, now: datetime) -> bool:
    """Hand the reward out. False: somebody else got the last one, or the member one too many meanwhile.

    :raises RewardCannotBeGiven: its campaign has no code left, or is over.
    """
    assignment = offer.assignment
    limit = assignment.limit_per_card
    if limit is not None and member_rewards.taken(voucher.pk, assignment.pk) >= limit:
        return False
    if not _take_from_stock(assignment):
        return False
    actor = _actor(redemption)
    try:
        given, granted = _granted(voucher, assignment.reward, redemption, actor, now)
    except REFUSALS as refusal:
        raise RewardCannotBeGiven(
            f"{assignment.reward.name}: {refusal.details or refusal.message}",
            redeemable_id=redemption.voucher_code,
            redeemable_type="voucher",
        ) from refusal
    card = LoyaltyCard._base_manager.select_related("tier").get(pk=voucher.pk)
    is_handed_over = assignment.reward.type == Reward.Type.MATERIAL
    row = RewardRedemption.objects.create(
        redemption=redemption,
        card=card,
        reward=assignment.reward,
        assignment=assignment,
        tier=card.tier if offer.tier_id else None,
        points=spent,
        voucher=given,
        granted=granted,
        state=State.PENDING if is_handed_over else State.COMPLETED,
        is_automatic=redemption.channel_type == AUTO_REDEEM,
        created_at=now,
    )
    _say(row, "customer.rewarded", actor, now)
    _say(row, "customer.reward_redemptions.created", actor, now)
    state = "pending" if is_handed_over else "completed"
    _say(row, f"customer.reward_redemptions.{state}", actor, now)
    return True


def take_back(redemption: Redemption, *, rollback: Rollback, now: datetime) -> None:
    """What was given goes back to where it came from.

    :raises RewardAlreadyGiven: it went straight to the member, and the caller does not insist.
    """
    rows = lock(RewardRedemption.objects.filter(redemption=redemption).exclude(state=State.ROLLED_BACK))
    if not rows:
        return
    row = RewardRedemption.objects.select_related("reward__campaign", "voucher", "assignment__campaign").get(
        pk=rows[0].pk
    )
    actor = Actor.system("rollback", channel=rollback.channel_type)
    if row.reward.type == Reward.Type.CAMPAIGN:
        if not rollback.is_forced:
            raise RewardAlreadyGiven(
                f"{row.reward.name} went straight to the member. To take back what is unused of it, say so: "
                "force=true."
            )
        left = _taken_from_member(row, actor, now)
        after = {"reward": row.reward.name, "reason": rollback.reason, "kept_by_the_member": left}
        audit.log(actor, "reward.taken_back_by_force", rollback, now=now, after=after)
    row.state, row.updated_at = State.ROLLED_BACK, now
    row.save(update_fields=["state", "updated_at"])
    Reward.objects.filter(pk=row.reward_id, redeemed__gt=0).update(redeemed=F("redeemed") - 1)
    kept = RewardAssignment._base_manager.filter(pk=row.assignment_id, redeemed__gt=0)
    kept.update(redeemed=F("redeemed") - 1)
    _say(row, "customer.reward_redemptions.rolledback", actor, now)


def _take_from_stock(assignment: RewardAssignment) -> bool:
    """One of both stocks, by guarded statements: the row count decides (INVARIANTS, caps)."""
    room = member_rewards.with_room()
    rows = (
        Reward.objects.filter(room, pk=assignment.reward_id),
        RewardAssignment._base_manager.filter(room, pk=assignment.pk),
    )
    return all(one.update(redeemed=F("redeemed") + 1) for one in rows)


def _actor(redemption: Redemption) -> Actor:
    return Actor.system(redemption.channel_id or "rewards", channel=redemption.channel_type)


def _granted(
    card: Voucher, reward: Reward, redemption: Redemption, actor: Actor, now: datetime
) -> tuple[Voucher | None, int]:
    """The coupon, or the card that was topped up, and by how much."""
    assert card.holder is not None  # noqa: S101 - cards without a holder pay for nothing
    cause = f"reward:{redemption.public_id}"
    given = grants.grant(
        reward=reward, customer=card.holder, cause=cause, reason=_REASON, actor=actor, now=now
    )
    return given.voucher, given.amount


def _taken_from_member(row: RewardRedemption, actor: Actor, now: datetime) -> int:
    """Take back what is unused; how much he keeps (of a coupon: 1 if it is used)."""
    return grants.take_back(
        Granted(voucher=row.voucher, amount=row.granted),
        cause=f"reward-back:{row.redemption_id}",
        reason="Reward taken back",
        actor=actor,
        now=now,
    )


def _say(row: RewardRedemption, name: str, actor: Actor, now: datetime) -> None:
    """To the member, who is the entity of these events."""
    card = Voucher._base_manager.select_related("holder", "campaign").get(pk=row.card_id)
    if card.holder is None:
        return
    payload: dict[str, Any] = {
        "customer_id": card.holder.public_id,
        "redemption_id": row.redemption.public_id,
        **telling.ids(card),
        "reward_id": row.reward.public_id,
        "assignment_id": row.assignment.public_id,
        "points": row.points,
    }
    events.emit(name, entity=card.holder, actor=actor, now=now, payload=payload)
