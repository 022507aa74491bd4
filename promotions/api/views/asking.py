"""Rights to ask for more than the contract has: reasons, and other instants."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission


class Asked(Protocol):
    """`explain`: say why. `at`: as if it were that instant (None = now)."""

    @property
    def explain(self) -> bool: ...

    @property
    def at(self) -> datetime | None: ...


def check(parsed: Asked, actor: Actor, resource: str) -> None:
    """`resource` is "validations" or "qualifications".

    :raises MissingPermission: explanations are for keys of the server, other instants for those that may
        change what is offered.
    """
    if parsed.explain:
        _require(actor, f"{resource}.explain")
    if parsed.at is not None:
        _require(actor, f"{resource}.at")


def refuse(parsed: Asked) -> None:
    """For redemptions: what is used up is used up now, and without further words.

    :raises InvalidPayload: another instant or an explanation is asked for.
    """
    for name, value in (("at", parsed.at), ("explain", parsed.explain)):
        if value:
            raise InvalidPayload(f"Property .options.{name} is for validations and qualifications only")


def _require(actor: Actor, permission: str) -> None:
    if not actor.may(permission):
        raise MissingPermission(f"The key lacks the permission {permission}.")
