"""What every API view of the house shares."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import places, project
from core.actors import Actor
from core.api import planning, throttling
from core.api.authentication import (
    ClientKeyAuthentication,
    ManagementKeyAuthentication,
    ServerKeyAuthentication,
)
from core.api.filters import WireFilterBackend
from core.api.pagination import PagePagination
from core.api.parsers import StrictJSONParser
from core.api.permissions import RolePermission


class ProjectAPIView(APIView):
    """A view of the server API.

    `resource` and `actions` name the permission (`vouchers` + `{"POST": "redeem"}`). Every view reads the
    clock through `self.now`, once; a caller inside the house (the journey replay) may set it before dispatch
    by `as_view(at=instant)`. `takes_idempotency_key`: its POST answers through `core.api.idempotency`.
    `takes_effective_at`: all that its writing methods change stands behind one gate, so that they can be
    planned for later by the header `X-Fanfare-Effective-At`.
    """

    authentication_classes: Sequence[type[BaseAuthentication]] = (ServerKeyAuthentication,)
    permission_classes = (RolePermission,)
    parser_classes: Sequence[type[BaseParser]] = (StrictJSONParser,)
    resource: ClassVar[str] = ""
    actions: ClassVar[dict[str, str]] = {}
    limit: ClassVar[throttling.Limit] = throttling.SERVER_CALLS
    takes_idempotency_key: ClassVar[bool] = False
    takes_effective_at: ClassVar[bool] = False
    at: datetime | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.now = self.at or timezone.now()
        super().initial(request, *args, **kwargs)
        actor = actor_of(request) if request.auth else None
        places.enter(actor.places if actor else None, actor.id if actor else "")
        planning.note_effective_at(request, is_possible=self.takes_effective_at)

    def check_throttles(self, request: Request) -> None:
        self.usage = throttling.take(self.limit, self.limited_by(request), self.also_limited_by(request))

    def also_limited_by(self, request: Request) -> throttling.Beside | None:
        return None

    def limited_by(self, request: Request) -> str:
        """Who shares one allowance: the key here, the address in the client API."""
        return actor_of(request).id

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> Any:
        usage = getattr(self, "usage", None)
        if usage is not None:
            response["X-Rate-Limit-Limit"] = str(usage.limit)
            response["X-Rate-Limit-Remaining"] = str(usage.remaining)
            response["X-Rate-Limit-Retry"] = str(usage.resets_at)
        return super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]


class ProjectListView(ProjectAPIView, GenericAPIView):  # type: ignore[type-arg]
    """A list with filters and paging: set `queryset`, `filterset_class`, `data_ref`, `output`."""

    filter_backends = (WireFilterBackend,)
    pagination_class: Any = PagePagination
    data_ref: ClassVar[str] = "data"

    output: ClassVar[Any]

    def listed(self, request: Request) -> Response:
        # "Today" in a filter is the project's day.
        with timezone.override(project.current().zone):
            return self._page(request)

    def _page(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([self.output(row) for row in page or []])


_CLIENT_HEADERS: Final = ", ".join(
    [
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "X-Fanfare-Store",
        "X-Client-Application-Id",
        "X-Client-Token",
        "X-Voucherify-Channel",
        "X-Voucherify-API-Version",
        "X-Voucherify-OAuth",
    ]
)


class ClientAPIView(ProjectAPIView):
    """A view of the client API: keys bound to origins, 5 calls in 5 seconds per address, CORS for those
    origins.
    """

    authentication_classes = (ClientKeyAuthentication,)
    limit = throttling.CLIENT_CALLS

    def limited_by(self, request: Request) -> str:
        return throttling.neighbourhood(request)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """A browser's preflight carries no key: answer it for any origin, the call itself is checked."""
        return Response(status=204)

    def perform_authentication(self, request: Request) -> None:
        if request.method == "OPTIONS":
            # Said here, or the first look at `request.auth` would ask for the key after all.
            request.user, request.auth = AnonymousUser(), None
        else:
            super().perform_authentication(request)

    def check_throttles(self, request: Request) -> None:
        if request.method != "OPTIONS":
            super().check_throttles(request)

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> Any:
        origin = request.headers.get("Origin")
        if origin and "\0" not in origin:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Headers"] = _CLIENT_HEADERS
            response["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            response["Access-Control-Expose-Headers"] = "Idempotent-Replayed, Retry-After"
            response["Access-Control-Max-Age"] = "600"
            response["Vary"] = "Origin"
        return super().finalize_response(request, response, *args, **kwargs)


class ManagementAPIView(ProjectAPIView):
    """A view of the management API."""

    authentication_classes = (ManagementKeyAuthentication,)


def actor_of(request: Request) -> Actor:
    """Who calls, as authentication found out."""
    credentials: Any = request.auth
    return credentials.actor  # type: ignore[no-any-return]


def body_over_query(request: Request, names: Collection[str]) -> Any:
    """The body, with those of `names` that came in the query instead; what is no object stays as it came."""
    if not isinstance(request.data, Mapping):
        return request.data
    query = {name: request.query_params[name] for name in names if name in request.query_params}
    return {**query, **request.data}


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 for paths nobody serves: the error object for API paths, a page for people."""
    from django.views.defaults import page_not_found

    from core.api.exceptions import plain_response
    from core.api.middleware import API_PREFIXES
    from core.errors import NotFound

    if request.path.startswith(API_PREFIXES):
        return plain_response(NotFound(f"There is nothing at {request.path}"), request)
    return page_not_found(request, exception or Exception("no such page"), template_name="404.html")


def server_error(request: HttpRequest) -> HttpResponse:
    from django.views.defaults import server_error as page

    from core.api.exceptions import plain_response
    from core.api.middleware import API_PREFIXES
    from core.errors import DomainError

    if request.path.startswith(API_PREFIXES):
        return plain_response(
            DomainError(status=500, key="internal_error", message="Internal error"), request
        )
    return page(request, template_name="500.html")
