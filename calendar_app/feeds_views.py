"""The addresses of feeds. They need no sign-in: the secret in them is the right to read, until it is revoked.

One address that is unknown answers as one that was revoked, so that nobody learns which ones there were.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
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
    found = _json(told, reading.feed.public_id)
    etag = f'"{hashlib.sha256(kind.encode() + found).hexdigest()[:32]}"'
    # Asked before the calendar is written, which costs most.
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is None:
        body = _ics(told, reading.feed.created_at) if kind == "ics" else found
        return _sent(body, kind, told.name, etag)
    unchanged["ETag"] = etag
    return _guarded(unchanged)


def _ics(told: Told, made_at: datetime) -> bytes:
    return feeds_ics.written(
        told.events, name=told.name, domain=told.project_id, time_zone=told.time_zone, made_at=made_at
    )


def _json(told: Told, feed_id: str) -> bytes:
    return feeds_json.written(
        told.events,
        feed_id=feed_id,
        name=told.name,
        time_zone=told.time_zone,
        since=told.since,
        until=told.until,
    )


def _sent(body: bytes, kind: str, name: str, etag: str) -> HttpResponse:
    file = f"{slugify(name) or 'calendar'}.{kind}"
    headers = {"Content-Disposition": f'inline; filename="{file}"', "ETag": etag}
    return _guarded(HttpResponse(body, content_type=_TYPES[kind], headers=headers))


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
