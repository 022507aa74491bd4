"""What is at stake with referrals: the money of the order, and the rewards that follow or would follow.

At most four queries, however many referrals are asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from promotions.models import Reward
from referrals.models import Referral, ReferralReward, ReferrerTier
from referrals.programmes import Programme, RefereeReward

State = Referral.State
_LIVE = (
    ReferralReward.State.PENDING,
    ReferralReward.State.TO_HAND_OVER,
    ReferralReward.State.PAID,
)


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A reward that does not exist yet: of a `tier` for the referrer, else what the referee gets."""

    tier: ReferrerTier | None = None
    referee: RefereeReward | None = None

    @property
    def reward(self) -> Reward | None:
        return None if self.tier is None else self.tier.reward


@dataclass(frozen=True, kw_only=True)
class Stake:
    """`order_amount` and `discount` in minor units, None where there was no order. `given` are rewards that
    exist, `promised` those that accepting it would bring; a cap of the programme may cut them.
    """

    order_amount: int | None = None
    discount: int | None = None
    given: Sequence[ReferralReward] = ()
    promised: Sequence[Promised] = ()


@dataclass(frozen=True)
class _Known:
    """By programme: its tiers. By programme and referrer: how many count. By tier and referrer: has it."""

    tiers: dict[int, list[ReferrerTier]] = field(default_factory=dict)
    counted: dict[tuple[int, int], int] = field(default_factory=dict)
    had: set[tuple[int, int]] = field(default_factory=set)


def of(referrals: Iterable[Referral]) -> dict[int, Stake]:
    """By primary key; the rows with order, redemption and campaign."""
    asked = list(referrals)
    held = [row for row in asked if row.state == State.HELD]
    known = _look_up(held) if held else _Known()
    given: dict[int, list[ReferralReward]] = {}
    rewards = ReferralReward._base_manager.filter(referral__in=[row.pk for row in asked]).order_by("pk")
    for one in rewards.select_related("customer", "tier", "reward", "voucher", "campaign"):
        given.setdefault(one.referral_id, []).append(one)
    return {
        row.pk: Stake(
            order_amount=_order_amount(row),
            discount=None if row.redemption is None else row.redemption.discount_amount,
            given=given.get(row.pk, ()),
            # What was held again has what it was promised when it counted.
            promised=_promised(row, known) if row.state == State.HELD and row.pk not in given else (),
        )
        for row in asked
    }


def _order_amount(row: Referral) -> int | None:
    if row.order is not None:
        return row.order.amount
    return None if row.redemption is None else row.redemption.order_amount


def _look_up(held: Sequence[Referral]) -> _Known:
    known = _Known()
    programmes = {row.campaign_id for row in held}
    people = {row.referrer_id for row in held}
    tiers = ReferrerTier._base_manager.filter(campaign__in=programmes, deleted_at=None)
    for tier in tiers.select_related("reward", "segment").order_by("minimum", "pk"):
        known.tiers.setdefault(tier.campaign_id, []).append(tier)
    accepted = Referral._base_manager.filter(
        campaign__in=programmes, referrer__in=people, state=State.ACCEPTED
    )
    for campaign, referrer, number in accepted.values_list("campaign", "referrer").annotate(Count("pk")):
        known.counted[campaign, referrer] = number
    once = ReferralReward._base_manager.filter(
        campaign__in=programmes, customer__in=people, is_once=True, state__in=_LIVE
    )
    known.had.update((tier, customer) for tier, customer in once.values_list("tier", "customer"))
    return known


def _promised(row: Referral, known: _Known) -> list[Promised]:
    referee = Programme.of(row.campaign).referee_reward
    found = [] if referee is None else [Promised(referee=referee)]
    number = known.counted.get((row.campaign_id, row.referrer_id), 0) + 1
    for tier in known.tiers.get(row.campaign_id, ()):
        is_once = tier.criterion == ReferrerTier.Criterion.MINIMUM
        if is_once and (number < tier.minimum or (tier.pk, row.referrer_id) in known.had):
            continue
        found.append(Promised(tier=tier))
    return found
