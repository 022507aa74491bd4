"""For machines that watch this one: alive, ready, numbers. Without a key: keep /metrics behind the proxy."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core import health
from core.api import metrics


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else: a database that is away is no reason to restart it."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part of the house works, else 503; the body says which part does not."""
    try:
        checks = health.checks(now=timezone.now())
    except DatabaseError as error:
        checks = [health.Check(name="database", ok=False, detail={"error": type(error).__name__})]
    is_ready = all(check.ok for check in checks)
    body = {
        "status": "ready" if is_ready else "not ready",
        "checks": {check.name: {"ok": check.ok, **check.detail} for check in checks},
    }
    return JsonResponse(body, status=200 if is_ready else 503)


@never_cache
@require_safe
def numbers(request: HttpRequest, more: Sequence[metrics.Collect] = ()) -> HttpResponse:
    """`/metrics`. `more` comes from the URL configuration, which knows the floors above."""
    try:
        text = metrics.render(now=timezone.now(), more=more)
    except DatabaseError as error:
        return HttpResponse(
            f"# the database is away: {type(error).__name__}\n", status=503, content_type="text/plain"
        )
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)
