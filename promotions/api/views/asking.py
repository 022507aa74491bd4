"""Rights to ask for more than the contract has: reasons, and other instants."""

from __future__ import annotations

from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission
from promotions.api.serializers.decision_input import ParsedDecision


def check(parsed: ParsedDecision, actor: Actor, resource: str) -> None:
    """`resource` is "validations" or "qualifications".

    :raises MissingPermission: explanations are for keys of the server, other instants for those that may
        change what is offered.
    """
    if parsed.explain:
        _require(actor, f"{resource}.explain")
    if parsed.at is not None:
        _require(actor, f"{resource}.at")


def refuse(parsed: ParsedDecision) -> None:
    """For redemptions: what is used up is used up now, and without further words.

    :raises InvalidPayload: another instant or an explanation is asked for.
    """
    for name, value in (("at", parsed.at), ("explain", parsed.explain)):
        if value:
            raise InvalidPayload(f"Property .options.{name} is for validations and qualifications only")


def _require(actor: Actor, permission: str) -> None:
    if not actor.may(permission):
        raise MissingPermission(f"The key lacks the permission {permission}.")
