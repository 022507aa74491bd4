from __future__ import annotations

from django.urls import path

from core.api import views_areas as areas
from core.api import views_branding as branding
from core.api import views_custom_event_schemas as custom_events
from core.api import views_metadata_schemas as schemas
from core.api import views_people as people
from core.api import views_projects as projects

PROJECT = "projects/<str:project_id>"

urlpatterns = [
    path("projects", projects.ProjectsView.as_view(), name="projects"),
    path("projects/users/invite", people.InvitationsView.as_view(), name="invite"),
    path(PROJECT, projects.ProjectView.as_view(), name="project"),
    path(f"{PROJECT}/users", people.PeopleView.as_view(), name="people"),
    path(f"{PROJECT}/users/<str:user_id>", people.PersonView.as_view(), name="person"),
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
    path(
        f"{PROJECT}/custom-event-schemas",
        custom_events.CustomEventSchemasView.as_view(),
        name="custom-event-schemas",
    ),
    path(
        f"{PROJECT}/custom-event-schemas/<str:schema_id>",
        custom_events.CustomEventSchemaView.as_view(),
        name="custom-event-schema",
    ),
    path(f"{PROJECT}/areas", areas.ManagedAreasView.as_view(), name="managed-areas"),
    path(f"{PROJECT}/areas/<str:area_id>", areas.ManagedAreaView.as_view(), name="managed-area"),
    path(
        f"{PROJECT}/areas/<str:area_id>/stores",
        areas.ManagedStoresView.as_view(),
        name="managed-area-stores",
    ),
    path(
        f"{PROJECT}/areas/<str:area_id>/stores/<str:store_id>",
        areas.ManagedStoreView.as_view(),
        name="managed-area-store",
    ),
    path(f"{PROJECT}/branding", branding.BrandingsView.as_view(), name="brandings"),
    path(f"{PROJECT}/branding/<str:branding_id>", branding.BrandingView.as_view(), name="branding"),
]
