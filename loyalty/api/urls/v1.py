"""All of `/v1` that loyalty answers."""

from __future__ import annotations

from loyalty.api.urls import earning_rules, points, programmes, reports, rewards, tiers

urlpatterns = [
    *programmes.urlpatterns,
    *earning_rules.urlpatterns,
    *points.urlpatterns,
    *rewards.urlpatterns,
    *tiers.urlpatterns,
    *reports.urlpatterns,
]
