"""The header `X-Fanfare-Effective-At`: a change that is filed now and takes effect at that instant.

Beyond the contract. What is planned answers 202 with the approval request that carries it out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.utils.dateparse import parse_datetime
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from core.api.authentication import Credentials
from core.errors import InvalidPayload

HEADER: Final = "X-Fanfare-Effective-At"


def note_effective_at(request: Request, *, is_possible: bool) -> None:
    """Let the caller's actor say when; nothing without the header.

    :raises InvalidPayload: it is no instant with a time zone, or the call cannot be planned. It is never
        passed over: the change would be made at once.
    """
    text = request.headers.get(HEADER, "").strip()
    if not text:
        return
    if not is_possible or request.method in SAFE_METHODS:
        raise InvalidPayload(f"Header {HEADER}: this call cannot be planned for later.")
    try:
        instant = parse_datetime(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InvalidPayload(f"Header {HEADER} must be an instant, for example 2027-01-31T09:00:00Z.")
    assert isinstance(request.auth, Credentials)  # noqa: S101 - the permissions were asked
    request.auth = replace(request.auth, actor=replace(request.auth.actor, effective_at=instant))
