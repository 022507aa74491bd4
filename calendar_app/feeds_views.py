"""The addresses of feeds. They need no sign-in: the secret in them is the right to read, until it is revoked.

One address that is unknown answers as one that was revoked, so that nobody learns which ones there were.
"""

from __future__ import annotations

import hashlib
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from calendar_app import feeds_ics, feeds_json
from calendar_app.selectors import feeds as known
from calendar_app.selectors.feeds import Told
from calendar_app.services import feeds
from core.api import throttling
from core.api.throttling import Limit
from core.errors import DomainError, NotFound

READINGS: Final = Limit(name="calendar-feed", calls=12, seconds=60)
"""Of one feed, by everybody who knows its address."""
_TYPES: Final = {"ics": "text/calendar; charset=utf-8", "json": "application/json"}


@require_safe
def feed(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    now = timezone.now()
    try:
        throttling.take(READINGS, token)
        reading = feeds.opened(token=token, now=now)
    except NotFound as error:
        return _refused(request, error)
    except DomainError as error:
        return _answer(error)
    told = known.told(reading.feed, reader=reading.reader, now=now)
    if kind == "ics":
        body = feeds_ics.written(
            told.events,
            name=told.name,
            domain=told.project_id,
            time_zone=told.time_zone,
            made_at=reading.feed.created_at,
        )
    else:
        body = _json(told, reading.feed.public_id)
    return _sent(request, body, kind, told.name)


def _json(told: Told, feed_id: str) -> bytes:
    return feeds_json.written(
        told.events,
        feed_id=feed_id,
        name=told.name,
        time_zone=told.time_zone,
        since=told.since,
        until=told.until,
    )


def _sent(request: HttpRequest, body: bytes, kind: str, name: str) -> HttpResponse:
    """304 for whoever has it already. Nobody but the reader keeps it, and he asks again each time."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    file = f"{slugify(name) or 'calendar'}.{kind}"
    response = HttpResponse(
        body, content_type=_TYPES[kind], headers={"Content-Disposition": f'inline; filename="{file}"'}
    )
    found = get_conditional_response(request, etag=etag, response=response)
    assert found is not None  # noqa: S101 - it is `response`, or a 304
    found["ETag"] = etag
    return _guarded(found)


def _refused(request: HttpRequest, error: NotFound) -> HttpResponse:
    """Whoever tries many addresses is told to wait."""
    try:
        throttling.count_wrong_key(throttling.neighbourhood(request))
    except DomainError as too_many:
        return _answer(too_many)
    return _answer(error)


def _answer(error: DomainError) -> HttpResponse:
    text = error.details or error.message
    response = HttpResponse(f"{text}\n", status=error.status, content_type="text/plain; charset=utf-8")
    if error.retry_after_seconds is not None:
        response["Retry-After"] = str(error.retry_after_seconds)
    return _guarded(response)


def _guarded(response: HttpResponse) -> HttpResponse:
    """The address is a secret: pages that are opened from here do not learn it, and robots keep nothing."""
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
