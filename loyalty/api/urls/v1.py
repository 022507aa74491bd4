"""All of `/v1` that loyalty answers."""

from __future__ import annotations

from loyalty.api.urls import points, programmes, reports, rewards, tiers

urlpatterns = [
    *programmes.urlpatterns,
    *points.urlpatterns,
    *rewards.urlpatterns,
    *tiers.urlpatterns,
    *reports.urlpatterns,
]
