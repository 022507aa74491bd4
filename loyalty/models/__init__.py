from __future__ import annotations

from loyalty.models.cards import LoyaltyCard
from loyalty.models.earning_rules import Earning, EarningRule
from loyalty.models.finance import PointsWorth
from loyalty.models.nights import ProgrammeNight
from loyalty.models.points import LotMovement, PendingPoints, PointsLot, PointsTransaction
from loyalty.models.programmes import Programme
from loyalty.models.rewards import RewardRedemption
from loyalty.models.tiers import LoyaltyTier, TierChange, TierMapping

__all__ = [
    "Earning",
    "EarningRule",
    "LotMovement",
    "LoyaltyCard",
    "LoyaltyTier",
    "PendingPoints",
    "PointsLot",
    "PointsTransaction",
    "PointsWorth",
    "Programme",
    "ProgrammeNight",
    "RewardRedemption",
    "TierChange",
    "TierMapping",
]
