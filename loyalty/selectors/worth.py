"""What the points of programmes are worth: for finance, never for what members may pay."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from loyalty.models import PointsWorth
from loyalty.worth import Worth, of_coin
from promotions.models import Reward, RewardAssignment


def of(programmes: Collection[int]) -> Mapping[int, Worth]:
    """By primary key of the programme, in two queries; those whose points have no known worth are absent.

    Where members pay with points, the reward's exchange ratio is the worth; of several the one that costs
    most. Else what finance entered.
    """
    found = {
        row.campaign_id: Worth(points=row.points, amount=Decimal(row.amount))
        for row in PointsWorth.objects.filter(campaign__in=programmes)
    }
    return {**found, **_of_coins(programmes)}


def _of_coins(programmes: Collection[int]) -> dict[int, Worth]:
    rows = RewardAssignment.objects.filter(
        campaign__in=programmes, deleted_at=None, reward__type=Reward.Type.COIN, reward__deleted_at=None
    ).values_list("campaign", "reward__exchange_ratio", "reward__points_ratio", "reward__name")
    dearest: dict[int, Worth] = {}
    for campaign, exchange, points, name in rows.order_by("pk"):
        if exchange is None or points is None:  # a constraint: COIN has both
            continue
        worth = of_coin(exchange_ratio=exchange, points_ratio=points, reward=name)
        if campaign not in dearest or dearest[campaign].per_point < worth.per_point:
            dearest[campaign] = worth
    return dearest
