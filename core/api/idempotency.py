"""The header `Idempotency-Key`: a call that may be repeated without a second effect.

Two calls are the same when method, path, query and body say the same; the order of keys and spaces say
nothing. What was refused is not stored: the same key may try again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import actor_of
from core.errors import InvalidPayload
from core.idempotency import UNKEYED, Answer, AnsweredBefore, Keyed, Once

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
MAX_KEY: Final = 255

_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY}}}")


def answered[Result](
    request: Request,
    operation: Callable[[Once[Result]], Result],
    *,
    render: Callable[[Result], Any],
    now: datetime,
) -> HttpResponse:
    """Carry out one call and render its result; under a key that was answered before, repeat that answer.

    `operation` calls one service and hands `once` on to it. A view that answers so says
    `takes_idempotency_key = True`.

    :raises InvalidPayload: the key is not 1 to 255 visible ASCII characters.
    """
    key = _key_of(request)
    if key is None:
        return Response(render(operation(UNKEYED)))
    once: Keyed[Result] = Keyed(
        actor=actor_of(request),
        key=key,
        fingerprint=fingerprint(request),
        printed=lambda result: Answer(status=200, body=JSONRenderer().render(render(result)).decode()),
        now=now,
    )
    try:
        operation(once)
    except AnsweredBefore as before:
        response = _response(before.answer)
        response[REPLAYED] = "true"
        return response
    if once.answer is None:
        raise AssertionError("The service did not keep its result.")
    return _response(once.answer)


def fingerprint(request: Request) -> str:
    """SHA-256 of what a call says."""
    query = sorted(request.query_params.lists())
    said = [request.method, request.path_info, query, request.data]
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), default=_number)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _number(value: Any) -> dict[str, str]:
    """A fraction of the body, in a form that no object of a caller's would be taken for."""
    if not isinstance(value, Decimal):
        raise TypeError(f"A body has no {type(value).__name__}.")
    return {"\0": str(value)}


def _key_of(request: Request) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidPayload(f"Header {HEADER} must be 1 to {MAX_KEY} visible ASCII characters.")
    return key


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")
