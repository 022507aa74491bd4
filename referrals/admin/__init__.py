"""The admin pages of referrals. Django finds them by importing this package."""

from __future__ import annotations

from referrals.admin import around, hand_over, programmes, reviews, tiers

__all__ = ["around", "hand_over", "programmes", "reviews", "tiers"]
