"""Locations: to read; people draw them in the admin (contract: data file 15)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from commerce.api.filters import LocationFilterSet
from commerce.api.serializers.locations import location_output
from commerce.models import Location
from commerce.selectors import locations as selectors
from core.api.pagination import PagePagination
from core.api.views import ProjectAPIView, ProjectListView


class LocationsView(ProjectListView):
    """`GET /v1/locations`."""

    resource = "locations"
    filterset_class = LocationFilterSet
    pagination_class = PagePagination
    with_has_more = True
    output: ClassVar[Any] = staticmethod(location_output)

    def get_queryset(self) -> QuerySet[Location]:
        return Location.objects.all()

    def get(self, request: Request) -> Response:
        return self.listed(request)


class LocationView(ProjectAPIView):
    """`GET /v1/locations/{locationId}`."""

    resource = "locations"

    def get(self, request: Request, location_id: str) -> Response:
        return Response(location_output(selectors.by_reference(location_id)))
