"""Where everything is mounted. Each app lists its own paths."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from core.api import health
from integrations.reports import waiting_actions
from promotions.reports import proofs

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    # What channels ask all the time goes first: paths are tried in this order.
    path("v1/", include("promotions.api.urls.v1")),
    path("v1/", include("core.api.urls.v1")),
    path("v1/", include("approvals.api.urls.v1")),
    path("v1/", include("integrations.api.urls.v1")),
    path("v1/", include("commerce.api.urls.v1")),
    path("v1/", include("loyalty.api.urls.v1")),
    path("v1/", include("referrals.api.urls.v1")),
    path("v1/", include("insights.api.urls.v1")),
    path("v1/", include("calendar_app.api.urls.v1")),
    path("calendar/", include("calendar_app.urls")),
    path("client/v1/", include("promotions.api.urls.client")),
    path("client/v1/", include("commerce.api.urls.client")),
    path("management/v1/", include("core.api.urls.management")),
    path("management/v1/", include("integrations.api.urls.management")),
    path("management/v1/", include("promotions.api.urls.management")),
    path("", include("core.api.urls.docs")),
    path("metrics", health.numbers, {"more": (waiting_actions, proofs)}),
    path("", include("core.api.urls.health")),
]

handler404 = "core.api.views.not_found"
handler500 = "core.api.views.server_error"
