"""Server paths, mounted under /v1/. All of them go beyond the contract."""

from __future__ import annotations

from django.urls import path

from calendar_app.api.views import calendar, capacity, conflicts

_CONFLICT = "calendar/conflicts/<str:conflict_id>"

urlpatterns = [
    path("calendar", calendar.CalendarView.as_view()),
    path("calendar/capacity", capacity.CapacityView.as_view()),
    path("calendar/conflicts", conflicts.ConflictsView.as_view()),
    path("calendar/conflicts/preview", conflicts.PreviewView.as_view()),
    path(_CONFLICT, conflicts.ConflictView.as_view()),
    path(f"{_CONFLICT}/accept", conflicts.AcceptView.as_view()),
    path(f"{_CONFLICT}/reopen", conflicts.ReopenView.as_view()),
]
