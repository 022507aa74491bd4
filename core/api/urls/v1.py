from __future__ import annotations

from django.urls import path

from core.api import views_metadata_schemas as schemas

urlpatterns = [
    path("metadata-schemas", schemas.MetadataSchemasView.as_view(), name="metadata-schemas"),
    path("metadata-schemas/<str:resource>", schemas.MetadataSchemaView.as_view(), name="metadata-schema"),
]
