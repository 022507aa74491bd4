"""Gives rewards for points to those who only know vouchers (`promotions.reward_offers`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from loyalty.api.serializers.reward_redemptions import paid_reward_output
from loyalty.models import RewardRedemption
from loyalty.selectors import member_rewards
from loyalty.services import reward_giving
from promotions import reward_offers
from promotions.models import Redemption, RewardAssignment, Rollback, Voucher
from promotions.reward_offers import Offer
from promotions.selectors import vouchers


class RewardShop:
    """The `promotions.reward_offers.Shop` of this house."""

    def offers(
        self, asked: Collection[tuple[Voucher, RewardAssignment]], *, now: datetime
    ) -> Mapping[tuple[int, int], Offer]:
        return member_rewards.offers(asked, now=now)

    def give(
        self, *, voucher: Voucher, offer: Offer, redemption: Redemption, points: int, now: datetime
    ) -> bool:
        return reward_giving.give(voucher=voucher, offer=offer, redemption=redemption, spent=points, now=now)

    def take_back(self, redemption: Redemption, *, rollback: Rollback, now: datetime) -> None:
        reward_giving.take_back(redemption, rollback=rollback, now=now)

    def shown(self, redemption: Redemption) -> dict[str, Any] | None:
        related = ("reward__campaign", "reward__product", "reward__sku", "assignment", "tier")
        row = RewardRedemption.objects.filter(redemption=redemption).select_related(*related).first()
        if row is None:
            return None
        given = None
        if row.voucher_id is not None:
            given = vouchers.printable(Voucher.objects.all()).filter(pk=row.voucher_id).first()
        return paid_reward_output(row, given, redemption.customer)


def register() -> None:
    reward_offers.register(RewardShop())
