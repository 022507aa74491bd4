from __future__ import annotations

from django.urls import path

from core.api import views_metadata_schemas as schemas
from core.api import views_projects as projects

PROJECT = "projects/<str:project_id>"

urlpatterns = [
    path("projects", projects.ProjectsView.as_view(), name="projects"),
    path(PROJECT, projects.ProjectView.as_view(), name="project"),
    path(
        f"{PROJECT}/metadata-schemas",
        schemas.ManagedMetadataSchemasView.as_view(),
        name="managed-metadata-schemas",
    ),
    path(
        f"{PROJECT}/metadata-schemas/<str:schema_id>",
        schemas.ManagedMetadataSchemaView.as_view(),
        name="managed-metadata-schema",
    ),
]
