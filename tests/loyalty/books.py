"""Ledger lines written by hand, so that what counts them can be held against plain sums.

Never through the services: what they write is tested elsewhere.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import F

from loyalty.models import LoyaltyCard, PointsLot, PointsTransaction
from promotions.models import Campaign, Reward, RewardAssignment, Voucher
from tests.factories.promotions import CREATED_AT, CampaignFactory, VoucherFactory

Type, Account = PointsTransaction.Type, PointsTransaction.Account
# The counter of a card beside its balance that each line moves.
_COUNTERS = {
    Type.REDEMPTION: "redeemed_points",
    Type.REFUND: "redeemed_points",
    Type.REMOVAL: "subtracted_points",
    Type.TRANSFER_OUT: "subtracted_points",
    Type.EXPIRATION: "expired_points",
}


def programme(name: str = "Club", **values: Any) -> Campaign:
    return CampaignFactory(
        name=name,
        campaign_type=Campaign.CampaignType.LOYALTY_PROGRAM,
        discount=None,
        loyalty={"points": 0, "expiration_rules": None, "auto_join": False, "tiers_expiration": None},
        **values,
    )


def card(of: Campaign, code: str, *, may_owe: bool = False, pending: int = 0) -> LoyaltyCard:
    voucher = VoucherFactory(
        code=code, code_key=code, campaign=of, type=Voucher.Type.LOYALTY_CARD, discount=None
    )
    return LoyaltyCard.objects.create(
        voucher=voucher, campaign=of, opened_at=CREATED_AT, may_owe=may_owe, pending_points=pending
    )


def line(
    on: LoyaltyCard, kind: str, amount: int, day: date, *, account: str = Account.PROGRAMME, **values: Any
) -> PointsTransaction:
    """One line of the ledger, and the numbers of its card."""
    counter = _COUNTERS.get(Type(kind), "points")
    moved = amount if counter == "points" else -amount
    LoyaltyCard.objects.filter(pk=on.pk).update(
        **{counter: F(counter) + moved, "balance": F("balance") + amount}
    )
    on.refresh_from_db()
    return PointsTransaction.objects.create(
        card=on,
        voucher_id=on.pk,
        campaign_id=on.campaign_id,
        type=kind,
        account=account,
        amount=amount,
        balance=on.balance,
        created_at=datetime.combine(day, time(12), UTC),
        day=day,
        **values,
    )


def ended_lot(on: LoyaltyCard, expires_on: date | None, *, earned: int, expired: int, left: int = 0) -> None:
    PointsLot.objects.create(
        card=on,
        campaign_id=on.campaign_id,
        expires_on=expires_on,
        earned=earned,
        remaining=left,
        expired=expired,
        created_at=CREATED_AT,
    )


def pays_with_points(of: Campaign, exchange: str, points: int, *, name: str = "Cash") -> RewardAssignment:
    reward = Reward.objects.create(
        name=name,
        type=Reward.Type.COIN,
        exchange_ratio=exchange,
        points_ratio=points,
        created_at=CREATED_AT,
    )
    return RewardAssignment.objects.create(reward=reward, campaign=of, created_at=CREATED_AT)
