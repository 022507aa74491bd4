"""The admin pages of loyalty. Django finds them by importing this package."""

from __future__ import annotations

from loyalty.admin import finance, points_worth, tier_pickers

__all__ = ["finance", "points_worth", "tier_pickers"]
