from __future__ import annotations

from calendar_app.models.blackouts import Blackout, CalendarNote, Season

__all__ = ["Blackout", "CalendarNote", "Season"]
