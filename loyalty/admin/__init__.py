"""The admin pages of loyalty. Django finds them by importing this package."""

from __future__ import annotations

from loyalty.admin import (
    around,
    assignments,
    earning_rules,
    estimate,
    finance,
    hand_over,
    members,
    pending_points,
    points_worth,
    programmes,
    rewards,
    tier_pickers,
    tiers,
)

__all__ = [
    "around",
    "assignments",
    "earning_rules",
    "estimate",
    "finance",
    "hand_over",
    "members",
    "pending_points",
    "points_worth",
    "programmes",
    "rewards",
    "tier_pickers",
    "tiers",
]
