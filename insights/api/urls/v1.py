"""Server paths, mounted under /v1/. All of them go beyond the contract."""

from __future__ import annotations

from django.urls import path

from insights.api.views import alerts

_ALERT = "alerts/<str:alert_id>"

urlpatterns = [
    path("alerts", alerts.AlertsView.as_view()),
    path(_ALERT, alerts.AlertView.as_view()),
    path(f"{_ALERT}/acknowledge", alerts.AcknowledgeView.as_view()),
    path(f"{_ALERT}/snooze", alerts.SnoozeView.as_view()),
]
