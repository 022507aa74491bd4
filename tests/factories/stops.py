"""Emergency stops for tests, made by the service."""

from __future__ import annotations

from typing import Any

from core.actors import Actor, ActorKind, Role
from promotions.models import EmergencyStop
from promotions.services import stops
from promotions.services.stops import StopSpec
from tests.conftest import NOW


def person(name: str, *duties: str, role: str = Role.ADMIN) -> Actor:
    return Actor(
        kind=ActorKind.USER,
        id=name,
        label=name.capitalize(),
        role=role,
        channel="ADMIN",
        duties=frozenset(duties),
    )


ANNA, BERT = person("anna"), person("bert")


def stop(reason: str = "The price is wrong", *, drill: bool = False, **covers: Any) -> EmergencyStop:
    """`stop()` stops everything, `stop(campaigns=["Spring"])` one campaign; by Anna."""
    spec = StopSpec(reason=reason, is_everything=not covers, covers=covers, is_drill=drill)
    return stops.start(spec=spec, actor=ANNA, now=NOW)


def restore(stopped: EmergencyStop) -> EmergencyStop:
    """Asked for by Anna, confirmed by Bert."""
    stops.ask_to_restore(stop_id=stopped.pk, reason="The price is right again", actor=ANNA, now=NOW)
    return stops.confirm_restore(stop_id=stopped.pk, actor=BERT, now=NOW)
