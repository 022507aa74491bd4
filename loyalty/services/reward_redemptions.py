"""Members take rewards for points. Contract: loyalty 8.3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from commerce.selectors.order_shapes import OrderSpec
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, MissingPermission, NotFound
from core.idempotency import UNKEYED, Once
from core.locking import lock
from loyalty.models import RewardRedemption
from promotions.models import Voucher
from promotions.redeemables import Requested
from promotions.services import redemptions
from promotions.services.redemptions import Redeemed
from promotions.services.validations import DecisionSpec

PERMISSION = "redemptions.redeem"


class RewardNotPending(DomainError):
    key = "invalid_reward_redemption_state"
    message = "Invalid reward redemption state"


@dataclass(frozen=True, kw_only=True)
class RewardSpec:
    """`reward` is the id of a reward or of its assignment; `points` is how many pay the order."""

    reward: str
    points: int | None = None
    order: OrderSpec | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tracking_id: str = ""


def take(
    *,
    voucher: Voucher,
    spec: RewardSpec,
    actor: Actor,
    now: datetime,
    once: Once[Redeemed] = UNKEYED,
) -> Redeemed:
    """Give a card's points for a reward: the same redemption as that of any code.

    :raises NotRedeemable: the card or the reward cannot be used, or there are not enough points. Nothing was
        moved, but the attempt is on record.
    """
    holder = voucher.holder
    asked = Requested(
        object="voucher", id=voucher.code, credits=spec.points, reward=spec.reward, is_taken=True
    )
    return redemptions.redeem(
        spec=DecisionSpec(
            redeemables=(asked,),
            order=spec.order,
            customer={"id": holder.public_id} if holder is not None else None,
            metadata=spec.metadata,
            tracking_id=spec.tracking_id,
        ),
        actor=actor,
        now=now,
        once=once,
    )


def redeem(*, card_id: int, assignment: str, actor: Actor, now: datetime) -> RewardRedemption:
    """A person gives a member a reward for his points.

    :raises MissingPermission: he may not. :raises NotFound: there is no such card.
    :raises NotRedeemable: as `take`.
    """
    if not actor.may(PERMISSION):
        raise MissingPermission(f"The permission {PERMISSION} is needed.")
    voucher = Voucher.objects.select_related("holder").filter(pk=card_id).first()
    if voucher is None:
        raise NotFound.of("voucher", str(card_id))
    used = take(voucher=voucher, spec=RewardSpec(reward=assignment), actor=actor, now=now)
    return RewardRedemption.objects.get(redemption=used.redemptions[0])


@transaction.atomic
def complete(*, redemption_id: int, actor: Actor, now: datetime) -> RewardRedemption:
    """Somebody handed a product over.

    :raises MissingPermission: the actor may not. :raises NotFound: no such reward was taken.
    :raises RewardNotPending: it was handed over before, or taken back.
    """
    if not actor.may(PERMISSION):
        raise MissingPermission(f"The permission {PERMISSION} is needed.")
    rows = lock(RewardRedemption.objects.filter(pk=redemption_id))
    if not rows:
        raise NotFound.of("reward_redemption", str(redemption_id))
    if rows[0].state != RewardRedemption.State.PENDING:
        raise RewardNotPending(f"Its state is {rows[0].get_state_display()}.")
    row = RewardRedemption.objects.select_related(
        "redemption", "reward", "assignment", "card__voucher__holder", "card__campaign"
    ).get(pk=redemption_id)
    row.state, row.updated_at = RewardRedemption.State.COMPLETED, now
    row.save(update_fields=["state", "updated_at"])
    audit.log(actor, "reward_redemption.completed", row.redemption, now=now, after={"state": row.state})
    voucher = row.card.voucher
    if voucher.holder is not None:
        payload = {
            "customer_id": voucher.holder.public_id,
            "redemption_id": row.redemption.public_id,
            "voucher_id": voucher.public_id,
            "campaign_id": row.card.campaign.public_id,
            "reward_id": row.reward.public_id,
            "assignment_id": row.assignment.public_id,
        }
        name = "customer.reward_redemptions.completed"
        events.emit(name, entity=voucher.holder, actor=actor, now=now, payload=payload)
    return row
