"""Everything of loyalty under /v1."""

from __future__ import annotations

from loyalty.api.urls import earning_rules, reports, tiers

urlpatterns = [*earning_rules.urlpatterns, *tiers.urlpatterns, *reports.urlpatterns]
