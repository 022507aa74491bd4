"""Who calls: an API key in the headers of its kind, or a token that it got (semantics-core 1.2)."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from core import oauth_scopes
from core.actors import Actor, ActorKind, limited_by, role_allows
from core.api import on_behalf, throttling
from core.errors import Forbidden, MissingPermission, Unauthorized
from core.models import ApiKey, OAuthToken
from core.prepared import Prepared
from core.services.api_keys import hash_token

_TOUCH_EVERY: Final = timedelta(minutes=1)
_NOBODY: Final = "0" * 64
_BEARER: Final = "Bearer "
STORE_HEADER: Final = "X-Fanfare-Store"
_CLIENT_ROLE: Final = "CLIENT"
_keys: Final = Prepared(ApiKey, "t.app_id = %s AND t.kind = %s", joins=("store",))
_tokens: Final = Prepared(OAuthToken, "t.token_hash = %s", joins=("key", "key__store"))


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """`request.auth`: the key that was used, the actor it stands for, and the person that it calls for."""

    key: ApiKey
    actor: Actor
    person: Actor | None = None

    def allows(self, permission: str) -> bool:
        """A server key that acts like a client, by a token, or for a person keeps the limits of its own role.
        What a person may only ask for, he asks for himself.
        """
        if self.person is not None and not self.person.may(permission):
            return False
        acts_like_a_client = self.actor.role == _CLIENT_ROLE and self.key.kind == ApiKey.Kind.SERVER
        is_lent = acts_like_a_client or self.person is not None
        return self.actor.gets_to(permission) and (not is_lent or role_allows(self.key.role, permission))


class KeyAuthentication(BaseAuthentication):
    """Checks one pair of headers against the keys of one kind, or a bearer token that such a key got.

    Unknown id, wrong secret or token, blocked, expired and wrong kind give one identical 401, in constant
    time. A token is all that its key is, in the paths of its scopes.
    """

    kind: ApiKey.Kind
    id_header: str
    token_header: str
    takes_tokens: bool = False
    calls_for_people: bool = False
    channel: str = "API"

    def authenticate(self, request: Request) -> tuple[ApiKey, Credentials]:
        now = timezone.now()
        address = throttling.client_address(request)
        bearer = _bearer(request) if self.takes_tokens else None
        token = None if bearer is None else _live_token(bearer, now)
        key = token.key if token else None
        if bearer is None:
            key = self._key(request, now)
        if key is None or not key.is_usable(now):
            throttling.count_wrong_key(throttling.neighbourhood(request))
            raise Unauthorized("The key id or its token is wrong, or the key may not be used.")
        if key.allowed_addresses and address not in key.allowed_addresses:
            raise Forbidden("This key may not be used from this address.")
        if token is None:
            self.check_origin(request, key)
        elif not oauth_scopes.opens(token.scopes, request.path_info):
            needed = " or ".join(oauth_scopes.needed_for(request.path_info))
            raise MissingPermission(f"The token lacks the scope {needed}.")
        _touch(key, now)
        role = _CLIENT_ROLE if self.kind == ApiKey.Kind.CLIENT else key.role
        actor = Actor(
            kind=ActorKind.API_KEY,
            id=key.app_id,
            label=key.name,
            role=role,
            channel=self.channel,
            request_id=getattr(request, "request_id", ""),
            address=address,
            places=limited_by(role, key.places),
            store=key.store.code if key.store else _named_store(request),
        )
        named_channel = request.headers.get("X-Voucherify-Channel", "").strip()
        if named_channel and "\0" not in named_channel:
            actor = replace(actor, channel=named_channel[:32])
        person = on_behalf.person_of(request) if self.calls_for_people else None
        if person is not None:
            actor = on_behalf.narrowed(actor, person)
        return key, Credentials(key=key, actor=actor, person=person)

    def _key(self, request: Request, now: datetime) -> ApiKey | None:
        app_id, token = self.given(request)
        found = _keys(app_id, self.kind.value) if app_id and "\0" not in app_id else []
        key = found[0] if found else None
        return key if _token_matches(key, token, now) else None

    def given(self, request: Request) -> tuple[str, str]:
        """Id and secret, as the caller sent them."""
        return request.headers.get(self.id_header, ""), request.headers.get(self.token_header, "")

    def check_origin(self, request: Request, key: ApiKey) -> None:
        """Only client keys are bound to origins."""

    def authenticate_header(self, request: Request) -> str:
        return "ApiKey"


class ServerKeyAuthentication(KeyAuthentication):
    kind = ApiKey.Kind.SERVER
    id_header = "X-App-Id"
    token_header = "X-App-Token"  # noqa: S105 - the name of a header
    takes_tokens = True
    calls_for_people = True


class TokenClientAuthentication(ServerKeyAuthentication):
    """Of those who ask for tokens: a key in its headers, or as `Authorization: Basic` (RFC 6749, 2.3.1)."""

    takes_tokens = False

    def given(self, request: Request) -> tuple[str, str]:
        app_id, token = super().given(request)
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if app_id or token or scheme.casefold() != "basic":
            return app_id, token
        try:
            app_id, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return "", ""
        return app_id, token


class ManagementKeyAuthentication(KeyAuthentication):
    kind = ApiKey.Kind.MANAGEMENT
    id_header = "X-Management-Id"
    token_header = "X-Management-Token"  # noqa: S105 - the name of a header


class ClientKeyAuthentication(KeyAuthentication):
    kind = ApiKey.Kind.CLIENT
    id_header = "X-Client-Application-Id"
    token_header = "X-Client-Token"  # noqa: S105 - the name of a header
    takes_tokens = True
    channel = "CLIENT_API"

    def check_origin(self, request: Request, key: ApiKey) -> None:
        origin = request.headers.get("Origin", "")
        if not any(fnmatch.fnmatchcase(origin, allowed) for allowed in key.allowed_origins if origin):
            raise Forbidden("This origin is not on the key's list of allowed origins.")


def _named_store(request: Request) -> str:
    """In which store the caller says to be; a key of one store is there, whatever it says."""
    named = request.headers.get(STORE_HEADER, "").strip()
    return "" if "\0" in named else named[:100]


def _token_matches(key: ApiKey | None, token: str, now: datetime) -> bool:
    given = hash_token(token)
    current = hmac.compare_digest(given, key.secret_hash if key else _NOBODY)
    previous_lives = (
        key is not None and key.previous_secret_until is not None and now < key.previous_secret_until
    )
    previous = hmac.compare_digest(given, key.previous_secret_hash if key and previous_lives else _NOBODY)
    return current or previous


def _bearer(request: Request) -> str | None:
    """The token of the call; None: there is none. Clients of the reference API name a header of their own."""
    for header in ("Authorization", "X-Voucherify-OAuth"):
        value = request.headers.get(header)
        if value is None:
            continue
        if value[: len(_BEARER)].casefold() == _BEARER.casefold():
            return value[len(_BEARER) :].strip()
        if header != "Authorization":
            return value.strip()
    return None


def _live_token(bearer: str, now: datetime) -> OAuthToken | None:
    """Only server keys get tokens; whether the key itself may be used is asked by the caller."""
    found = _tokens(hash_token(bearer))
    return found[0] if found and found[0].is_live(now) else None


def _touch(key: ApiKey, now: datetime) -> None:
    """Note the last use, at most once a minute and without waiting for anybody."""
    if key.last_used_at is None or now - key.last_used_at >= _TOUCH_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _TOUCH_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
