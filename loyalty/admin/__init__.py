"""The admin pages of loyalty. Django finds them by importing this package."""

from __future__ import annotations

from loyalty.admin import finance, points_worth

__all__ = ["finance", "points_worth"]
