"""All of `/v1` that loyalty answers."""

from __future__ import annotations

from loyalty.api.urls import points, programmes, reports, tiers

urlpatterns = [*programmes.urlpatterns, *points.urlpatterns, *tiers.urlpatterns, *reports.urlpatterns]
