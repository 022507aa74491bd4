"""Request ids, and the two habits of SDKs that Django does not share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse

from core.api.throttling import client_address
from core.errors import DomainError, InvalidPayload, InvalidQueryParams
from core.ids import new_request_id

API_PREFIXES: Final = ("/v1/", "/client/v1/", "/management/v1/")


class RequestIdMiddleware:
    """Gives every request an id of ours and hands it to the log lines (django-structlog reads the header).

    Beside it the caller's address as limits see it: a forwarded one counts only behind proxies of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = new_request_id()  # type: ignore[attr-defined]
        request.META["HTTP_X_REQUEST_ID"] = request.request_id  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(ip=client_address(request))
        return self.get_response(request)


class ApiPathMiddleware:
    """API paths work with and without a trailing slash, without a redirect (contract: semantics-core 22.x).

    A NUL character in an address reaches no view: PostgreSQL takes none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API_PREFIXES):
            if "\0" in request.path_info:
                return _refusal(InvalidPayload("The address holds a NUL character."), request)
            if "%00" in request.META.get("QUERY_STRING", ""):
                return _refusal(InvalidQueryParams("The query string holds a NUL character."), request)
            if request.path_info.endswith("/"):
                request.path_info = request.path_info.rstrip("/")
        return self.get_response(request)


def _refusal(error: DomainError, request: HttpRequest) -> HttpResponse:
    from core.api.exceptions import plain_response

    return plain_response(error, request)
