"""The admin pages of referrals. Django finds them by importing this package."""

from __future__ import annotations

from referrals.admin import hand_over, reviews

__all__ = ["hand_over", "reviews"]
