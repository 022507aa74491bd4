"""The admin pages of referrals. Django finds them by importing this package."""

from __future__ import annotations

from referrals.admin import around, programmes, tiers

__all__ = ["around", "programmes", "tiers"]
