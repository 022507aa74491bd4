"""Who calls: an API key, in the headers of its kind (contract: semantics-core 1.2)."""

from __future__ import annotations

import fnmatch
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from core.actors import Actor, ActorKind
from core.api import throttling
from core.errors import Forbidden, Unauthorized
from core.models import ApiKey
from core.prepared import Prepared
from core.services.api_keys import hash_token

_TOUCH_EVERY: Final = timedelta(minutes=1)
_NOBODY: Final = "0" * 64
_keys: Final = Prepared(ApiKey, "app_id = %s AND kind = %s")


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """`request.auth`: the key that was used and the actor it stands for."""

    key: ApiKey
    actor: Actor


class KeyAuthentication(BaseAuthentication):
    """Checks one pair of headers against the keys of one kind.

    Unknown id, wrong secret, blocked, expired and wrong kind give one identical 401, in constant time.
    """

    kind: ApiKey.Kind
    id_header: str
    token_header: str
    channel: str = "API"

    def authenticate(self, request: Request) -> tuple[ApiKey, Credentials]:
        now = timezone.now()
        address = throttling.client_address(request)
        app_id = request.headers.get(self.id_header, "")
        token = request.headers.get(self.token_header, "")
        found = _keys(app_id, self.kind.value) if app_id and "\0" not in app_id else []
        key = found[0] if found else None
        if not _token_matches(key, token, now) or key is None or not key.is_usable(now):
            throttling.count_wrong_key(throttling.neighbourhood(request))
            raise Unauthorized("The key id or its token is wrong, or the key may not be used.")
        if key.allowed_addresses and address not in key.allowed_addresses:
            raise Forbidden("This key may not be used from this address.")
        self.check_origin(request, key)
        _touch(key, now)
        role = "CLIENT" if key.kind == ApiKey.Kind.CLIENT else key.role
        actor = Actor(
            kind=ActorKind.API_KEY,
            id=key.app_id,
            label=key.name,
            role=role,
            channel=self.channel,
            request_id=getattr(request, "request_id", ""),
            address=address,
        )
        named_channel = request.headers.get("X-Voucherify-Channel", "").strip()
        if named_channel and "\0" not in named_channel:
            actor = replace(actor, channel=named_channel[:32])
        return key, Credentials(key=key, actor=actor)

    def check_origin(self, request: Request, key: ApiKey) -> None:
        """Only client keys are bound to origins."""

    def authenticate_header(self, request: Request) -> str:
        return "ApiKey"


class ServerKeyAuthentication(KeyAuthentication):
    kind = ApiKey.Kind.SERVER
    id_header = "X-App-Id"
    token_header = "X-App-Token"  # noqa: S105 - the name of a header


class ManagementKeyAuthentication(KeyAuthentication):
    kind = ApiKey.Kind.MANAGEMENT
    id_header = "X-Management-Id"
    token_header = "X-Management-Token"  # noqa: S105 - the name of a header


class ClientKeyAuthentication(KeyAuthentication):
    kind = ApiKey.Kind.CLIENT
    id_header = "X-Client-Application-Id"
    token_header = "X-Client-Token"  # noqa: S105 - the name of a header
    channel = "CLIENT_API"

    def check_origin(self, request: Request, key: ApiKey) -> None:
        origin = request.headers.get("Origin", "")
        if not any(fnmatch.fnmatchcase(origin, allowed) for allowed in key.allowed_origins if origin):
            raise Forbidden("This origin is not on the key's list of allowed origins.")


def _token_matches(key: ApiKey | None, token: str, now: datetime) -> bool:
    given = hash_token(token)
    current = hmac.compare_digest(given, key.secret_hash if key else _NOBODY)
    previous_lives = (
        key is not None and key.previous_secret_until is not None and now < key.previous_secret_until
    )
    previous = hmac.compare_digest(given, key.previous_secret_hash if key and previous_lives else _NOBODY)
    return current or previous


def _touch(key: ApiKey, now: datetime) -> None:
    """Note the last use, at most once a minute and without waiting for anybody."""
    if key.last_used_at is None or now - key.last_used_at >= _TOUCH_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _TOUCH_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
