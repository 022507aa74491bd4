from __future__ import annotations

from django.urls import path

from core.api.docs import DocsView, SchemaView

urlpatterns = [
    path("docs", DocsView.as_view(), name="docs"),
    path("openapi.json", SchemaView.as_view(), name="openapi"),
]
