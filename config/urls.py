"""Where everything is mounted. Each app lists its own paths."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]

handler404 = "core.api.views.not_found"
handler500 = "core.api.views.server_error"
