"""`/v1/areas` and `/management/v1/projects/{projectId}/areas`, with their stores. The same work for both."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.serializers.areas import (
    AreaChangeInput,
    AreaInput,
    StoreChangeInput,
    StoreInput,
    area_columns,
    area_output,
    store_columns,
    store_output,
)
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.api.views_projects import ManagedProjectView
from core.models import Area, Store
from core.selectors import areas as known
from core.services import areas


class _Areas:
    """What both doors do."""

    now: Any

    def made(self, request: Request) -> Response:
        values = area_columns(parse(AreaInput, request.data))
        area = areas.create_area(values=values, actor=actor_of(request), now=self.now)
        return Response(area_output(known.get_area(area.public_id)))

    def changed(self, request: Request, area: Area) -> Response:
        values = area_columns(parse(AreaChangeInput, request.data))
        areas.change_area(area_id=area.pk, values=values, actor=actor_of(request), now=self.now)
        return Response(area_output(known.get_area(area.public_id)))

    def deleted(self, request: Request, area: Area) -> Response:
        areas.delete_area(area_id=area.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)

    def store_made(self, request: Request, area: Area) -> Response:
        values = store_columns(parse(StoreInput, request.data))
        store = areas.create_store(area_id=area.pk, values=values, actor=actor_of(request), now=self.now)
        return Response(store_output(known.get_store(store.public_id, area=area)))

    def store_changed(self, request: Request, store: Store) -> Response:
        values = store_columns(parse(StoreChangeInput, request.data))
        areas.change_store(store_id=store.pk, values=values, actor=actor_of(request), now=self.now)
        return Response(store_output(known.get_store(store.public_id, area=store.area)))

    def store_deleted(self, request: Request, store: Store) -> Response:
        areas.delete_store(store_id=store.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)


_MANAGE: dict[str, str] = {"POST": "manage", "PUT": "manage", "DELETE": "manage"}


class AreasView(_Areas, ProjectListView):
    """`GET` and `POST /v1/areas`."""

    resource = "areas"
    actions: ClassVar = _MANAGE
    inputs: ClassVar = {"POST": AreaInput}
    output = staticmethod(area_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return known.areas().order_by("-created_at", "-pk")

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        return self.made(request)


class AreaView(_Areas, ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/areas/{areaId}`."""

    resource = "areas"
    actions: ClassVar = _MANAGE
    inputs: ClassVar = {"PUT": AreaChangeInput}

    def get(self, request: Request, area_id: str) -> Response:
        return Response(area_output(known.get_area(area_id)))

    def put(self, request: Request, area_id: str) -> Response:
        return self.changed(request, known.get_area(area_id))

    def delete(self, request: Request, area_id: str) -> Response:
        return self.deleted(request, known.get_area(area_id))


class StoresView(_Areas, ProjectListView):
    """`GET` and `POST /v1/areas/{areaId}/stores`."""

    resource = "areas"
    actions: ClassVar = _MANAGE
    inputs: ClassVar = {"POST": StoreInput}
    output = staticmethod(store_output)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        area = known.get_area(self.kwargs["area_id"])
        return known.stores().filter(area=area).order_by("-created_at", "-pk")

    def get(self, request: Request, area_id: str) -> Response:
        return self.listed(request)

    def post(self, request: Request, area_id: str) -> Response:
        return self.store_made(request, known.get_area(area_id))


class StoreView(_Areas, ProjectAPIView):
    """`GET`, `PUT` and `DELETE /v1/areas/{areaId}/stores/{storeId}`."""

    resource = "areas"
    actions: ClassVar = _MANAGE
    inputs: ClassVar = {"PUT": StoreChangeInput}

    def get(self, request: Request, area_id: str, store_id: str) -> Response:
        return Response(store_output(known.get_store(store_id, area=known.get_area(area_id))))

    def put(self, request: Request, area_id: str, store_id: str) -> Response:
        return self.store_changed(request, known.get_store(store_id, area=known.get_area(area_id)))

    def delete(self, request: Request, area_id: str, store_id: str) -> Response:
        return self.store_deleted(request, known.get_store(store_id, area=known.get_area(area_id)))


class ManagedAreasView(_Areas, ManagedProjectView):
    """`GET` and `POST /management/v1/projects/{projectId}/areas`."""

    inputs: ClassVar = {"POST": AreaInput}

    def get(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        return self.listing([area_output(area) for area in known.areas().order_by("name", "pk")])

    def post(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        return self.made(request)


class ManagedAreaView(_Areas, ManagedProjectView):
    """`GET`, `PUT` and `DELETE /management/v1/projects/{projectId}/areas/{areaId}`."""

    inputs: ClassVar = {"PUT": AreaChangeInput}

    def get(self, request: Request, project_id: str, area_id: str) -> Response:
        return Response(area_output(self.area(project_id, area_id)))

    def put(self, request: Request, project_id: str, area_id: str) -> Response:
        return self.changed(request, self.area(project_id, area_id))

    def delete(self, request: Request, project_id: str, area_id: str) -> Response:
        return self.deleted(request, self.area(project_id, area_id))

    def area(self, project_id: str, area_id: str) -> Area:
        self.project(project_id)
        return known.get_area(area_id)


class ManagedStoresView(_Areas, ManagedProjectView):
    """`GET` and `POST /management/v1/projects/{projectId}/areas/{areaId}/stores`."""

    inputs: ClassVar = {"POST": StoreInput}

    def get(self, request: Request, project_id: str, area_id: str) -> Response:
        rows = known.stores().filter(area=self.area(project_id, area_id)).order_by("name", "pk")
        return self.listing([store_output(store) for store in rows])

    def post(self, request: Request, project_id: str, area_id: str) -> Response:
        return self.store_made(request, self.area(project_id, area_id))

    def area(self, project_id: str, area_id: str) -> Area:
        self.project(project_id)
        return known.get_area(area_id)


class ManagedStoreView(_Areas, ManagedProjectView):
    """`GET`, `PUT` and `DELETE /management/v1/projects/{projectId}/areas/{areaId}/stores/{storeId}`."""

    inputs: ClassVar = {"PUT": StoreChangeInput}

    def get(self, request: Request, project_id: str, area_id: str, store_id: str) -> Response:
        return Response(store_output(self.store(project_id, area_id, store_id)))

    def put(self, request: Request, project_id: str, area_id: str, store_id: str) -> Response:
        return self.store_changed(request, self.store(project_id, area_id, store_id))

    def delete(self, request: Request, project_id: str, area_id: str, store_id: str) -> Response:
        return self.store_deleted(request, self.store(project_id, area_id, store_id))

    def store(self, project_id: str, area_id: str, store_id: str) -> Store:
        self.project(project_id)
        return known.get_store(store_id, area=known.get_area(area_id))
