"""Ask for CSV files, look at what became of them, fetch and remove them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.filters import WireFilterSet
from core.api.views import ProjectAPIView, ProjectListView, actor_of
from core.errors import NotFound
from integrations.api.downloads import LinkAuthentication, LinkHolder, file_response
from integrations.api.serializers.exports import ExportInput, ParametersInput, export_output
from integrations.models import Export
from integrations.selectors import exports as known
from integrations.services import exports

_ACTIONS = {"GET": "export", "HEAD": "export", "POST": "export"}


class ExportFilters(WireFilterSet):
    ORDER_FIELDS: ClassVar = {"created_at": "created_at", "status": "status"}


class ExportsView(ProjectListView):
    """`GET` and `POST /v1/exports`."""

    resource = "exports"
    actions = _ACTIONS
    inputs = {"POST": ExportInput}  # noqa: RUF012
    filterset_class = ExportFilters
    data_ref = "exports"

    def output(self, export: Export) -> dict[str, Any]:  # type: ignore[override]
        return export_output(export, self.request, now=self.now)

    def get_queryset(self) -> QuerySet[Export]:
        return known.present()

    def get(self, request: Request) -> Response:
        return self.listed(request)

    def post(self, request: Request) -> Response:
        given = parse(ExportInput, request.data)
        return scheduled(self, request, given["exported_object"], given.get("parameters"))


class ExportOfView(ProjectAPIView):
    """An address that says itself what is exported: `ExportOfView.as_view(exported_object="order")`."""

    resource = "exports"
    actions = _ACTIONS
    inputs = {"POST": ParametersInput}  # noqa: RUF012
    exported_object: str = ""

    def post(self, request: Request) -> Response:
        given = parse(ParametersInput, request.data)
        return scheduled(self, request, self.exported_object, given.get("parameters"))


class ExportView(ProjectAPIView):
    """One export; with `token` in the query its file, for which no key is needed."""

    resource = "exports"
    actions = _ACTIONS

    def get_authenticators(self) -> list[BaseAuthentication]:
        request = getattr(self, "request", None)
        follows_link = request is not None and request.method in {"GET", "HEAD"} and "token" in request.GET
        return [LinkAuthentication()] if follows_link else super().get_authenticators()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Who fetches a file asks for `text/plain`; refusals are JSON all the same."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request, export_id: str) -> HttpResponseBase:
        export = known.get(export_id)
        if not isinstance(request.auth, LinkHolder):
            return Response(export_output(export, request, now=self.now))
        if export.status != Export.Status.DONE:
            raise NotFound.of("file of export", export_id)
        return file_response(export)

    def delete(self, request: Request, export_id: str) -> Response:
        exports.remove(export_id=export_id, actor=actor_of(request), now=self.now)
        return Response(status=204)


def scheduled(
    view: ProjectAPIView,
    request: Request,
    exported_object: str,
    parameters: dict[str, Any] | None,
    scope: dict[str, str] | None = None,
) -> Response:
    """The answer to a request for an export."""
    export = exports.request(
        exported_object=exported_object,
        parameters=parameters or {},
        scope=scope,
        actor=actor_of(request),
        now=view.now,
    )
    return Response(export_output(export, request, now=view.now))
