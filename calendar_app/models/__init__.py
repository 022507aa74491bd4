from __future__ import annotations

from calendar_app.models.blackouts import Blackout, CalendarNote, Season
from calendar_app.models.conflicts import Conflict, ConflictDecision, RefreshProgress
from calendar_app.models.crowding import Crowding
from calendar_app.models.feeds import Feed
from calendar_app.models.holidays import HolidayRegion
from calendar_app.models.saved_views import SavedView, StartingView

__all__ = [
    "Blackout",
    "CalendarNote",
    "Conflict",
    "ConflictDecision",
    "Crowding",
    "Feed",
    "HolidayRegion",
    "RefreshProgress",
    "SavedView",
    "Season",
    "StartingView",
]
