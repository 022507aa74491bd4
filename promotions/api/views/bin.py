"""The bin (contract: data file 17)."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import Text, WireFilterSet
from core.api.pagination import CursorPagination
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import MissingPermission
from core.models import BinEntry
from promotions.api.serializers.templates import bin_entry_output
from promotions.services import bin


class BinFilters(WireFilterSet):
    FILTER_FIELDS: ClassVar = {
        "id": Text("public_id"),
        "resource_type": Text("resource_type"),
        "resource_name": Text("resource_name"),
        "resource_id": Text("resource_id"),
    }
    ORDER_FIELDS: ClassVar = {}

    class Meta:
        model = BinEntry
        fields: tuple[str, ...] = ()


class BinPagination(CursorPagination):
    """`total` is the number of entries on the page (contract)."""

    def get_paginated_response(self, data: Any) -> Response:
        self.total = len(data)
        return super().get_paginated_response(data)


class TrashBinView(ProjectListView):
    """`GET /v1/trash-bin`: for who may read all that can be in it."""

    resource = "trash_bin"
    filterset_class = BinFilters
    pagination_class = BinPagination
    output = staticmethod(bin_entry_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return BinEntry.objects.all()

    def get(self, request: Request) -> Response:
        for permission in bin.READS:
            if not actor_of(request).may(permission):
                raise MissingPermission(f"The permission {permission} is needed.")
        return self.listed(request)


class BinEntryView(ProjectAPIView):
    """`DELETE /v1/trash-bin/{binEntryId}`: for good."""

    resource = "trash_bin"

    def delete(self, request: Request, bin_entry_id: str) -> Response:
        bin.remove(entry_id=bin_entry_id, actor=actor_of(request), now=self.now)
        return Response(status=204)
