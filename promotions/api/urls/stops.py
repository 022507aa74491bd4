"""The emergency stop, which goes beyond the contract."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import stops

urlpatterns = [
    path("emergency-stops", stops.EmergencyStopsView.as_view()),
    path("emergency-stops/<str:stop_id>", stops.EmergencyStopView.as_view()),
    path("emergency-stops/<str:stop_id>/restore-request", stops.RestoreRequestView.as_view()),
    path("emergency-stops/<str:stop_id>/restore", stops.RestoreView.as_view()),
]
