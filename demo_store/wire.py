"""The API's own code for callers inside the house, without a network: what a till or a shop would send.

A request goes through the real endpoint (parser, serializer, view, service, output): only the key check and
the rate limit are replaced, and the view's clock is set.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.urls import resolve
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.actors import Actor
from core.api.views import ProjectAPIView
from core.ids import new_request_id


class Refused(RuntimeError):
    """The endpoint said no to something that was meant to succeed."""


@dataclass(frozen=True, kw_only=True)
class _Credentials:
    """The part of `request.auth` that views read."""

    actor: Actor


class _InHouse(BaseAuthentication):
    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def authenticate(self, request: Request) -> tuple[AnonymousUser, _Credentials]:
        return AnonymousUser(), _Credentials(actor=self._actor)


class _Unlocked(ProjectAPIView):
    """Put in front of an endpoint's view: known without a key, counted by no rate limit."""

    actor: Actor | None = None

    def get_authenticators(self) -> list[BaseAuthentication]:
        assert self.actor is not None  # noqa: S101 - given by `send`
        return [_InHouse(self.actor)]

    def check_throttles(self, request: Request) -> None:
        """The limit protects the server from clients; whoever is in here is none."""


@cache
def _unlocked(view: type[ProjectAPIView]) -> Any:
    return type(f"Unlocked{view.__name__}", (_Unlocked, view), {})


def send(
    view: type[ProjectAPIView],
    path: str,
    body: Any = None,
    *,
    method: str = "POST",
    key: str = "",
    options: Mapping[str, Any] | None = None,
    actor: Actor,
    now: datetime,
    **arguments: str,
) -> HttpResponse:
    """One request to an endpoint's view, as `actor`, at `now`; `arguments` are those of its path.

    `key`: an idempotency key. `options`: what its address gives to the view itself.
    """
    headers: Mapping[str, str] = {"Idempotency-Key": key} if key else {}
    request = APIRequestFactory().generic(
        method, path, json.dumps(body), content_type="application/json", headers=dict(headers)
    )
    known = replace(actor, request_id=new_request_id())
    # A class has a hash; the cache is told of that of its instances.
    clocked = _unlocked(view).as_view(**(options or {}), at=now, actor=known)  # type: ignore[arg-type]
    answer: HttpResponse = clocked(request, **arguments)
    return answer


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """`arguments` are those of the path, `options` what its address gives to the view itself."""

    view: type[ProjectAPIView]
    arguments: Mapping[str, Any]
    options: Mapping[str, Any]


def resolved(path: str) -> Resolved:
    """The view of a path (its query left aside), and what it has from it."""
    found = resolve(path.partition("?")[0])
    view: Any = found.func
    return Resolved(view=view.view_class, arguments=found.kwargs, options=view.view_initkwargs)


def ask(method: str, path: str, body: Any = None, *, actor: Actor, now: datetime) -> Any:
    """What the endpoint at `path` (with its query) answers to a request that is meant to succeed.

    :raises Refused: it does not.
    """
    found = resolved(path)
    given: dict[str, Any] = {"method": method, "options": found.options, "actor": actor, "now": now}
    answer = send(found.view, path, body, **given, **found.arguments)
    said = getattr(answer, "data", None)
    if answer.status_code >= 400:
        raise Refused(f"{method} {path}: {answer.status_code} {said}")
    return said
