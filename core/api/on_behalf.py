"""The header `X-Voucherify-On-Behalf-Of`: a key that calls for a person (contract: semantics-core 1.2).

It only takes away: the call may what both may, and sees what both see. An ERP that shows codes to the staff
of a store so shows them no others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.contrib.auth.models import User
from django.db.models import Q
from rest_framework.request import Request

from core.actors import Actor, Role
from core.errors import Forbidden
from core.places import Limit
from core.staff import as_actor

HEADER: Final = "X-Voucherify-On-Behalf-Of"
_LONGEST: Final = 254
_PREFIX: Final = "user_"


def person_of(request: Request) -> Actor | None:
    """Whom the call is for, by id, login or e-mail address; None: for nobody but the key.

    :raises Forbidden: nobody of this name works here; who has left, or has no role, is nobody.
    """
    named = request.headers.get(HEADER, "").strip()
    if not named:
        return None
    found = _found(named) if len(named) <= _LONGEST and "\0" not in named else []
    if len(found) == 1:
        actor = as_actor(found[0])
        if actor.role:
            return actor
    raise Forbidden(f"{HEADER} names nobody who works here. Send the id or the login of a person.")


def narrowed(key: Actor, person: Actor) -> Actor:
    """The key in the role of the person, limited to the places of both; the audit log names both.

    Whether the key's own role allows it as well, `Credentials` asks.
    """
    return replace(
        key,
        label=f"{key.label} for {person.label}"[:200],
        role=key.role if person.role == Role.ADMIN else person.role,
        places=_both(key.places, person.places),
    )


def _found(named: str) -> list[User]:
    """Two are none: an e-mail address is nobody's alone."""
    by_name = Q(username=named) | Q(email__iexact=named)
    number = named.removeprefix(_PREFIX)
    is_id = number.isascii() and number.isdecimal() and len(number) < 10
    people = User.objects.filter(by_name | Q(pk=int(number)) if is_id else by_name, is_active=True)
    return list(people.order_by("pk")[:2])


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return frozenset(
        place
        for mine, theirs in ((one, other), (other, one))
        for place in mine
        if Limit(theirs).contains([place])
    )
