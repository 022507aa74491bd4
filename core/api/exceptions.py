"""One place that turns exceptions into the contract's error object (contract: semantics-core 2)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from core import errors
from core.errors import DomainError

logger = logging.getLogger(__name__)

_RETRY_SQLSTATES: Final = frozenset(
    {"40001", "40P01", "55P03", "57014", "53300", "53400", "57P01", "57P02", "57P03", "53100"}
)


def handle(exc: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler for every API view.

    Unknown exceptions become a logged 500, without any trace in it.
    """
    request = context["request"]
    error = _settled(to_domain_error(exc))
    if error is None:
        logger.error("unhandled exception at %s %s", request.method, request.path, exc_info=exc)
        error = DomainError(status=500, key="internal_error", message="Internal error")
    return _response(error, request)


def to_domain_error(exc: Exception) -> DomainError | None:
    """The refusal behind an exception; None when it is a bug."""
    match exc:
        case DomainError():
            return exc
        case drf.ValidationError():
            return errors.InvalidPayload(explain(exc.detail))
        case drf.ParseError() | drf.UnsupportedMediaType():
            kind = errors.UnsupportedMediaType if exc.status_code == 415 else errors.InvalidPayload
            return kind(str(exc.detail))
        case drf.NotAuthenticated() | drf.AuthenticationFailed():
            return errors.Unauthorized(str(exc.detail))
        case drf.PermissionDenied() | PermissionDenied():
            return errors.Forbidden()
        case Http404() | drf.NotFound():
            return errors.NotFound()
        case drf.APIException():
            key = str(exc.default_code).replace(" ", "_")
            return DomainError(
                str(exc.detail), status=exc.status_code, key=key, message=key.replace("_", " ").capitalize()
            )
        case OperationalError() if _sqlstate(exc) in _RETRY_SQLSTATES or _sqlstate(exc) is None:
            logger.warning("the database gave a request up: %s", _sqlstate(exc) or "it is away")
            return errors.TemporarilyUnavailable("The database is busy or away. Try again.")
        case IntegrityError() if _sqlstate(exc) == "23505":
            return errors.DuplicateFound("An object with the same unique value exists.")
        case RecursionError():
            return errors.InvalidPayload("The payload is nested too deeply.")
    return None


def _settled(error: DomainError | None) -> DomainError | None:
    """What the refusal leaves behind is written now; if that is refused, that is the answer."""
    try:
        if error is not None:
            error.settle()
    except DomainError as refusal:
        return refusal
    return error


def explain(detail: Any, path: str = "") -> str:
    """The first complaint of a serializer as a sentence: `Property .order.amount must be an integer`."""
    if isinstance(detail, Mapping):
        name, inner = next(iter(detail.items()))
        return explain(inner, path if name == "non_field_errors" else f"{path}.{name}")
    if isinstance(detail, list) and detail:
        index = next((i for i, item in enumerate(detail) if item), 0)
        nested = isinstance(detail[index], Mapping | list)
        return explain(detail[index], f"{path}[{index}]" if nested and path else path)
    text = str(detail)
    return f"Property {path} {text}" if path and not text.startswith("Payload") else text


def _sqlstate(exc: Exception) -> str | None:
    return getattr(exc.__cause__, "sqlstate", None)


def _response(error: DomainError, request: Request | HttpRequest) -> Response:
    body = {**error.to_wire(), "request_id": getattr(request, "request_id", "")}
    response = Response(body, status=error.status)
    if error.status == 401:
        response["WWW-Authenticate"] = "ApiKey"
    if error.retry_after_seconds is not None:
        response["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, errors.RateLimited):
        response["X-Rate-Limit-Type"] = error.limit_type
    return response


def plain_response(error: DomainError, request: HttpRequest) -> JsonResponse:
    """The same object for answers outside of API views: unknown paths, crashes in middleware."""
    return JsonResponse(
        {**error.to_wire(), "request_id": getattr(request, "request_id", "")}, status=error.status
    )
