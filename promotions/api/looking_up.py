"""Views whose callers name codes that come from outside: whoever tries many unknown ones waits.

Not for reading and changing codes with a key of a server: whoever may do that may list all codes anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework.exceptions import APIException
from rest_framework.request import Request

from core import unknown_codes
from core.api import throttling
from core.api.guesses import Guesser, Guessers
from core.api.query import read_query
from core.api.views import ClientAPIView, ProjectAPIView, actor_of
from core.errors import DomainError
from promotions.selectors import stacks

_IN_PATHS: Final = frozenset({"code", "member_id"})
_NAMES_OF_CUSTOMERS: Final = ("source_id", "id", "email")
_NO_CODES: Final = frozenset({"promotion_tier", stacks.OBJECT})


class LooksUpCodes(ProjectAPIView):
    """Its callers are refused before any code is looked up; which were unknown is counted afterwards.

    They are the API key, the address and, if one is named, the customer. Tiers and stacks go on: they are no
    secret.
    """

    guessers: Guessers | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with unknown_codes.collected() as unknown:
            response = super().dispatch(request, *args, **kwargs)
        if unknown and self.guessers is not None:
            self.guessers.count(len(unknown))
        return response

    def also_limited_by(self, request: Request) -> Guessers | None:
        try:
            body, query = request.data, read_query(request)
        except (APIException, DomainError):
            # Cannot be read and is answered so; it was a call all the same.
            throttling.take(self.limit, self.limited_by(request))
            raise
        if _IN_PATHS & self.kwargs.keys() or "code" in query or _names_codes(body):
            self.guessers = _guessers(self, request, _customer(body) or _customer(query))
        return self.guessers


def _names_codes(body: Any) -> bool:
    named = body.get("redeemables") if isinstance(body, Mapping) else None
    entries = named if isinstance(named, list) else []
    return any(isinstance(entry, Mapping) and entry.get("object") not in _NO_CODES for entry in entries)


def _customer(given: Any) -> str:
    """The customer of a body or query as it is named there, empty if there is none."""
    if not isinstance(given, Mapping):
        return ""
    customer = given.get("customer")
    if isinstance(customer, Mapping):
        return next((name for key in _NAMES_OF_CUSTOMERS if isinstance(name := customer.get(key), str)), "")
    return customer if isinstance(customer, str) else _customer(given.get("order"))


def _guessers(view: LooksUpCodes, request: Request, customer: str) -> Guessers:
    side, key = "client" if isinstance(view, ClientAPIView) else "server", actor_of(request).id
    members = [
        Guesser(name=f"{side}-key", who=key),
        Guesser(name=f"{side}-address", who=throttling.neighbourhood(request)),
    ]
    if customer:
        # Of this key: who names somebody in a browser takes nothing from him at the till.
        members.append(Guesser(name=f"{side}-customer", who=f"{key} {customer}"))
    return Guessers(members=tuple(members))
