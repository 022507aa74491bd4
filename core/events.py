"""What happened, told to whoever asked to know: `emit()` writes into the outbox, subscribers act later, once
each.

Nothing here talks to a broker: `core.dispatch` hands committed events to Celery (INVARIANTS E1 to E3).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models

from core.actors import Actor
from core.models import OutboxEvent

Handler = Callable[[OutboxEvent, datetime], None]
Listening = Callable[[], Collection[str]]
Capturer = Callable[[OutboxEvent, models.Model], None]


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """`handler(event, now)` runs in one transaction with its receipt; it must not call the network."""

    name: str
    event_names: frozenset[str]
    handler: Handler
    listens: Listening | None = None


_subscribers: dict[str, Subscriber] = {}
_capturers: list[Capturer] = []


def subscribe(*event_names: str, name: str, listens: Listening | None = None) -> Callable[[Handler], Handler]:
    """Register a subscriber, from `AppConfig.ready()`. `name` is the receipt's key: never rename it lightly.

    `"*"` among the names asks for every event. `listens` tells which of them mean something at the moment;
    it is asked once for a batch, and the others cost neither a row nor a message.
    """

    def register(handler: Handler) -> Handler:
        if name in _subscribers and _subscribers[name].handler is not handler:
            raise ValueError(f"Two subscribers are called {name!r}.")
        _subscribers[name] = Subscriber(
            name=name, event_names=frozenset(event_names), handler=handler, listens=listens
        )
        return handler

    return register


def capture_with(capturer: Capturer) -> Capturer:
    """Register, from `AppConfig.ready()`, who keeps what things looked like when events happened.

    `capturer(event, entity)` is called inside the transaction of the change, and only for names that an
    `EventInterest` asks for: the statement that writes the event looks, so nothing is asked in vain. It must
    not raise for what it cannot show, nor call the network.
    """
    if capturer not in _capturers:
        _capturers.append(capturer)
    return capturer


def capture(happened: Sequence[tuple[OutboxEvent, models.Model]]) -> None:
    """Let all capturers look at stored events that somebody is interested in."""
    for event, entity in happened:
        for capturer in _capturers:
            capturer(event, entity)


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
    (event,), is_wanted = _events(name, [(entity, payload or {})], actor, now)
    event.save(force_insert=True)
    if is_wanted:
        capture([(event, entity)])
    return event


def emit_all(
    name: str, *, entities: Sequence[tuple[models.Model, Mapping[str, Any]]], actor: Actor, now: datetime
) -> None:
    """Like `emit` for many different entities, each with its payload, in two queries."""
    made, is_wanted = _events(name, entities, actor, now)
    OutboxEvent.objects.bulk_create(made)
    if is_wanted:
        capture([(event, entity) for event, (entity, _) in zip(made, entities, strict=True)])


def _events(
    name: str, entities: Sequence[tuple[models.Model, Mapping[str, Any]]], actor: Actor, now: datetime
) -> tuple[list[OutboxEvent], bool]:
    """Unsaved events, and whether anybody is interested in what they looked like."""
    if not connection.in_atomic_block:
        raise RuntimeError("emit() belongs inside the transaction of the change.")
    ids = [str(getattr(entity, "public_id", None) or entity.pk) for entity, _ in entities]
    sequences, is_wanted = _next_sequences(name, ids)
    return [
        OutboxEvent(
            name=name,
            entity_type=entity._meta.model_name or "",
            entity_id=entity_id,
            sequence=sequences[entity_id],
            payload=dict(payload),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            channel=actor.channel,
            request_id=actor.request_id,
            created_at=now,
        )
        for entity_id, (entity, payload) in zip(ids, entities, strict=True)
    ], is_wanted


def _next_sequences(name: str, entity_ids: Sequence[str]) -> tuple[dict[str, int], bool]:
    """The upsert locks the counters until the transaction ends, in one order for all: numbers are given out
    in commit order, without gaps. Whether anybody is interested comes along with them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH counted AS (INSERT INTO core_eventsequence (entity_id, last) "
            "SELECT id, 1 FROM unnest(%s::text[]) AS id ORDER BY id "
            "ON CONFLICT (entity_id) DO UPDATE SET last = core_eventsequence.last + 1 "
            "RETURNING entity_id, last) "
            "SELECT entity_id, last, EXISTS (SELECT FROM core_eventinterest WHERE name IN (%s, '*')) "
            "FROM counted",
            [list(entity_ids), name],
        )
        rows = cursor.fetchall()
    return {entity_id: last for entity_id, last, _ in rows}, any(wanted for _, _, wanted in rows)
