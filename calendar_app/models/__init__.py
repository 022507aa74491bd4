from __future__ import annotations

from calendar_app.models.blackouts import Blackout, CalendarNote, Season
from calendar_app.models.conflicts import Conflict, ConflictDecision, RefreshProgress
from calendar_app.models.saved_views import SavedView, StartingView

__all__ = [
    "Blackout",
    "CalendarNote",
    "Conflict",
    "ConflictDecision",
    "RefreshProgress",
    "SavedView",
    "Season",
    "StartingView",
]
