"""What referrals bring: planned when they count, given when due, cancelled when they are taken back.

Contract: referrals 15.4. A reward is given once: its row is locked, and grants know their cause.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from commerce.models import Customer
from commerce.selectors import segments
from core import audit, events, project
from core.actors import Actor
from core.errors import DomainError
from core.locking import lock, retried
from promotions.models import Campaign, Reward
from promotions.services import grants
from promotions.services.grants import Granted
from referrals.models import Referral, ReferralReward, ReferrerTier
from referrals.periods import first_instant
from referrals.programmes import Programme
from referrals.selectors import tiers

State = ReferralReward.State
LIVE: Final = (State.PENDING, State.TO_HAND_OVER, State.PAID)
"""Those that count against what a referrer may get."""
_REASON: Final = "Recommendation"
_SLICE: Final = 200
_TRIES_AGAIN_AFTER: Final = timedelta(hours=1)


def plan(referral: Referral, programme: Programme, *, actor: Actor, now: datetime) -> list[ReferralReward]:
    """The rewards of a referral that counts from now on; those that are due are given here and now.

    The caller holds both customers, so that nobody counts the referrer's at the same time.
    """
    rows = [*_of_referee(referral, programme, now), *_of_referrer(referral, programme, now)]
    made = ReferralReward.objects.bulk_create(rows)
    for row in made:
        if row.state == State.PENDING and row.due_at <= now:
            _give(row, actor, now)
    return made


@retried
@transaction.atomic
def give(*, reward_id: int, actor: Actor, now: datetime) -> bool:
    """Give one that is due; whether it was given. Safe to repeat."""
    known = ReferralReward._base_manager.filter(pk=reward_id).values_list("customer", flat=True).first()
    lock(Customer.objects.filter(pk=known or 0))
    rows = lock(_due(now).filter(pk=reward_id))
    if not rows:
        return False
    related = ("referral", "campaign", "customer", "tier", "reward__campaign")
    return _give(ReferralReward._base_manager.select_related(*related).get(pk=reward_id), actor, now)


def give_due(*, now: datetime) -> int:
    """Try the next ones that are due; how many were looked at. One that could not be given waits an hour."""
    tried = _due(now).filter(Q(problem="") | Q(updated_at__lte=now - _TRIES_AGAIN_AFTER))
    pks = list(tried.order_by("due_at", "pk").values_list("pk", flat=True)[:_SLICE])
    actor = Actor.system("referrals", channel="TASK")
    for pk in pks:
        give(reward_id=pk, actor=actor, now=now)
    return len(pks)


def _due(now: datetime) -> QuerySet[ReferralReward]:
    """Those of referrals that count; what is held again waits for a person."""
    counts = Referral._base_manager.filter(pk=OuterRef("referral"), state=Referral.State.ACCEPTED)
    return ReferralReward._base_manager.filter(Exists(counts), state=State.PENDING, due_at__lte=now)


@retried
@transaction.atomic
def hand_over(*, reward_id: int, actor: Actor, now: datetime) -> bool:
    """A person handed the product over; whether it waited for that."""
    rows = lock(ReferralReward.objects.filter(pk=reward_id, state=State.TO_HAND_OVER))
    if not rows:
        return False
    row = ReferralReward.objects.select_related("referral", "campaign", "customer", "tier", "reward").get(
        pk=rows[0].pk
    )
    _paid(row, Granted(), actor, now)
    return True


def cancel(referral: Referral, *, reason: str, actor: Actor, now: datetime) -> None:
    """What the referral brought goes: what waits is cancelled, what the referee got is taken back as far as
    it is unused. What the referrer has, he keeps (contract: 15.4).

    The caller holds both customers.
    """
    waiting = referral.rewards.filter(state__in=[State.PENDING, State.TO_HAND_OVER])
    waiting.update(state=State.CANCELLED, problem=reason, updated_at=now)
    for row in referral.rewards.filter(state=State.PAID, tier=None).select_related("voucher"):
        kept = grants.take_back(
            Granted(voucher=row.voucher, amount=row.granted),
            cause=f"referral-back:{row.public_id}",
            reason="Recommendation taken back",
            actor=actor,
            now=now,
        )
        row.state, row.updated_at, row.problem = State.TAKEN_BACK, now, reason
        row.save(update_fields=["state", "updated_at", "problem"])
        after = {"referral_id": referral.public_id, "kept_by_the_customer": kept}
        audit.log(actor, "referral.reward.taken_back", row, now=now, after=after)
    _cancel_unreached(referral, now)


def _of_referee(referral: Referral, programme: Programme, now: datetime) -> list[ReferralReward]:
    if programme.referee_reward is None:
        return []
    return [
        ReferralReward(
            referral=referral,
            campaign=referral.campaign,
            customer=referral.referee,
            state=State.PENDING,
            due_at=now,
            created_at=now,
        )
    ]


def _of_referrer(referral: Referral, programme: Programme, now: datetime) -> list[ReferralReward]:
    campaign, referrer = referral.campaign, referral.referrer
    count = counted(campaign, referrer)
    room = _room(campaign, referrer, programme, now)
    found = []
    for tier in tiers.of_programme(campaign.pk):
        is_once = tier.criterion == ReferrerTier.Criterion.MINIMUM
        if is_once and (count < tier.minimum or _has(tier, referrer)):
            continue
        if tier.segment is not None and not (
            segments.members(tier.segment, now=now).filter(pk=referrer.pk).exists()
        ):
            continue
        is_over = room is not None and room < 1
        row = ReferralReward(
            referral=referral,
            campaign=campaign,
            customer=referrer,
            tier=tier,
            reward=tier.reward,
            is_once=is_once,
            state=State.SKIPPED if is_over else State.PENDING,
            due_at=max(now, referral.created_at + timedelta(days=programme.delay_days)),
            problem=_OVER if is_over else "",
            created_at=now,
        )
        found.append(row)
        room = None if room is None else room - 1
    return found


_OVER: Final = "The referrer got as many rewards as the programme gives in this period."


def counted(campaign: Campaign, referrer: Customer) -> int:
    """How many referrals of his count now."""
    rows = Referral._base_manager.filter(campaign=campaign, referrer=referrer, state=Referral.State.ACCEPTED)
    return rows.count()


def _room(campaign: Campaign, referrer: Customer, programme: Programme, now: datetime) -> int | None:
    """How many rewards the referrer may still get in this period; None: any number."""
    if programme.most_rewards is None:
        return None
    got = ReferralReward._base_manager.filter(
        campaign=campaign, customer=referrer, tier__isnull=False, state__in=LIVE
    )
    begins = first_instant(programme.period, now, project.current().zone)
    if begins is not None:
        got = got.filter(created_at__gte=begins)
    return programme.most_rewards - got.count()


def _has(tier: ReferrerTier, referrer: Customer) -> bool:
    live = Q(state__in=LIVE)
    return ReferralReward._base_manager.filter(live, tier=tier, customer=referrer, is_once=True).exists()


def _cancel_unreached(referral: Referral, now: datetime) -> None:
    """Rewards for a minimum that is not reached any more, as long as they wait."""
    count = counted(referral.campaign, referral.referrer)
    waiting = ReferralReward._base_manager.filter(
        campaign=referral.campaign,
        customer=referral.referrer,
        is_once=True,
        state__in=[State.PENDING, State.TO_HAND_OVER],
        tier__minimum__gt=count,
    )
    text = "Too few referrals are left that count."
    waiting.update(state=State.CANCELLED, problem=text, updated_at=now)


def _give(row: ReferralReward, actor: Actor, now: datetime) -> bool:
    try:
        with transaction.atomic():
            granted = _granted(row, actor, now)
    except DomainError as refusal:
        row.problem, row.updated_at = refusal.details or refusal.message, now
        row.save(update_fields=["problem", "updated_at"])
        return False
    if row.reward is not None and row.reward.type == Reward.Type.MATERIAL:
        row.state, row.updated_at, row.problem = State.TO_HAND_OVER, now, ""
        row.save(update_fields=["state", "updated_at", "problem"])
        return True
    _paid(row, granted, actor, now)
    return True


def _granted(row: ReferralReward, actor: Actor, now: datetime) -> Granted:
    cause = f"referral:{row.public_id}"
    if row.reward is not None:
        _take_from_stock(row.reward)
        return grants.grant(
            reward=row.reward, customer=row.customer, cause=cause, reason=_REASON, actor=actor, now=now
        )
    wanted = Programme.of(row.campaign).referee_reward
    assert wanted is not None  # noqa: S101 - only where there is one, and it never changes
    return grants.top_up(
        campaign=Campaign.objects.get(public_id=wanted.campaign),
        customer=row.customer,
        amount=wanted.amount,
        cause=cause,
        reason=_REASON,
        actor=actor,
        now=now,
    )


class OutOfStock(DomainError):
    key = "reward_not_available"
    message = "Reward not available"


def _take_from_stock(reward: Reward) -> None:
    room = Q(stock=None) | Q(redeemed__lt=F("stock"))
    if not Reward.objects.filter(room, pk=reward.pk).update(redeemed=F("redeemed") + 1):
        raise OutOfStock(f"There is nothing left of {reward.name}.")


def _paid(row: ReferralReward, granted: Granted, actor: Actor, now: datetime) -> None:
    row.state, row.paid_at, row.updated_at, row.problem = State.PAID, now, now, ""
    row.voucher, row.granted = granted.voucher, granted.amount
    row.save(update_fields=["state", "paid_at", "updated_at", "problem", "voucher", "granted"])
    said = {
        "customer_id": row.customer.public_id,
        "campaign_id": row.campaign.public_id,
        "referral_id": row.referral.public_id,
        "referral_reward_id": row.public_id,
        "reward_id": row.reward.public_id if row.reward is not None else None,
        "voucher_id": granted.voucher.public_id if granted.voucher is not None else None,
    }
    events.emit("customer.rewarded", entity=row.customer, actor=actor, now=now, payload=said)
    audit.log(actor, "referral.reward.given", row, now=now, after={**said, "granted": granted.amount})
