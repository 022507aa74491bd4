"""All of `/v1` that loyalty answers."""

from __future__ import annotations

from loyalty.api.urls import programmes, reports, tiers

urlpatterns = [*programmes.urlpatterns, *tiers.urlpatterns, *reports.urlpatterns]
