from __future__ import annotations

from django.urls import path

from core.api import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.numbers, name="metrics"),
]
