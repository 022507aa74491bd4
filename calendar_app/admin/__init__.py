"""The admin pages of the calendar. Django finds them by importing this package."""

from __future__ import annotations

from calendar_app.admin import blackouts, crowding, feeds, holidays, seasons

__all__ = ["blackouts", "crowding", "feeds", "holidays", "seasons"]
