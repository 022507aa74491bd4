"""What happened, told to whoever asked to know: `emit()` writes into the outbox, subscribers act later, once
each.

Nothing here talks to a broker: `core.dispatch` hands committed events to Celery (INVARIANTS E1 to E3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models

from core.actors import Actor
from core.models import OutboxEvent

Handler = Callable[[OutboxEvent, datetime], None]


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """`handler(event, now)` runs in one transaction with its receipt; it must not call the network."""

    name: str
    event_names: frozenset[str]
    handler: Handler


_subscribers: dict[str, Subscriber] = {}


def subscribe(*event_names: str, name: str) -> Callable[[Handler], Handler]:
    """Register a subscriber, from `AppConfig.ready()`. `name` is the receipt's key: never rename it lightly.

    `"*"` among the names asks for every event.
    """

    def register(handler: Handler) -> Handler:
        if name in _subscribers and _subscribers[name].handler is not handler:
            raise ValueError(f"Two subscribers are called {name!r}.")
        _subscribers[name] = Subscriber(name=name, event_names=frozenset(event_names), handler=handler)
        return handler

    return register


def subscriber(name: str) -> Subscriber | None:
    return _subscribers.get(name)


def subscribers_of(event_name: str) -> list[Subscriber]:
    return [s for s in _subscribers.values() if event_name in s.event_names or "*" in s.event_names]


def emit(
    name: str,
    *,
    entity: models.Model,
    actor: Actor,
    now: datetime,
    payload: Mapping[str, Any] | None = None,
) -> OutboxEvent:
    """Note that `name` (past tense, dotted, the contract's name where it has one) happened to `entity`.

    Must run inside the transaction of the change: what is rolled back was never said. `payload` holds ids and
    amounts, no rendered objects. `sequence` counts the entity's events without gaps.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("emit() belongs inside the transaction of the change.")
    entity_id = str(getattr(entity, "public_id", None) or entity.pk)
    return OutboxEvent.objects.create(
        name=name,
        entity_type=entity._meta.model_name or "",
        entity_id=entity_id,
        sequence=_next_sequence(entity_id),
        payload=dict(payload or {}),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        channel=actor.channel,
        request_id=actor.request_id,
        created_at=now,
    )


def _next_sequence(entity_id: str) -> int:
    """The upsert locks the counter until the transaction ends: numbers are given out in commit order, without
    gaps.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_eventsequence (entity_id, last) VALUES (%s, 1) "
            "ON CONFLICT (entity_id) DO UPDATE SET last = core_eventsequence.last + 1 RETURNING last",
            [entity_id],
        )
        return int(cursor.fetchone()[0])
