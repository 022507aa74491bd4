from __future__ import annotations

from calendar_app.models.blackouts import Blackout, CalendarNote, Season
from calendar_app.models.conflicts import Conflict, ConflictDecision, RefreshProgress

__all__ = ["Blackout", "CalendarNote", "Conflict", "ConflictDecision", "RefreshProgress", "Season"]
