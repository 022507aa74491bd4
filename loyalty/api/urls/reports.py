"""Reports about points. Beyond the contract."""

from __future__ import annotations

from django.urls import path

from loyalty.api.views import reports

urlpatterns = [path("reports/points", reports.PointsReportView.as_view())]
