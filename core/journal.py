"""Events and audit rows of one transaction, written together by one statement.

For the few operations that every purchase runs. Everything else calls `events.emit` and `audit.log`; what is
written is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from core import audit, events, prepared
from core.actors import Actor
from core.ids import new_id
from core.models import OutboxEvent


class Journal:
    """Collects what happened; `write()` puts it down, in the order in which it was said."""

    def __init__(self) -> None:
        self._said: list[tuple[str, str, str, str]] = []
        self._entities: list[models.Model] = []
        self._noted: list[dict[str, Any]] = []
        self._wanted: list[tuple[OutboxEvent, models.Model]] = []

    def say(self, name: str, entity: models.Model, payload: Mapping[str, Any]) -> None:
        """An event, as `events.emit` has it."""
        self._said.append((name, *_named(entity), _text(payload)))
        self._entities.append(entity)

    def note(
        self,
        actor: Actor,
        action: str,
        entity: models.Model,
        *,
        now: datetime,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """An audit row, as `audit.log` has it."""
        self._noted.append(audit.entry_fields(actor, action, entity, now=now, after=after))

    def write(self, actor: Actor, now: datetime, *, is_stored: bool = True) -> None:
        """One statement, none if nothing was said. Must run inside the transaction of the change.

        Sequence numbers are given out under the lock of their counters, in one order for all. Unless all that
        the events are about `is_stored`, call `capture()` once it is.
        """
        if not connection.in_atomic_block:
            raise RuntimeError("write() belongs inside the transaction of the change.")
        if not self._said and not self._noted:
            return
        with prepared.cursor() as cursor:
            cursor.execute(_WRITE, {**self._events(), **self._entries(), **_caller(actor), "now": now})
            wanted = cursor.fetchall()
        self._wanted += [self._event_of(row, actor, now) for row in wanted]
        self._said, self._entities, self._noted = [], [], []
        if is_stored:
            self.capture()

    def capture(self) -> None:
        """Let those see them who are interested in what was written (`events.capture_with`)."""
        events.capture(self._wanted)
        self._wanted = []

    def _event_of(
        self, row: tuple[int, str, int, int], actor: Actor, now: datetime
    ) -> tuple[OutboxEvent, models.Model]:
        key, public_id, sequence, place = row
        name, entity_type, entity_id, payload = self._said[place - 1]
        event = OutboxEvent(
            pk=key,
            public_id=public_id,
            name=name,
            entity_type=entity_type,
            entity_id=entity_id,
            sequence=sequence,
            payload=json.loads(payload),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            channel=actor.channel,
            request_id=actor.request_id,
            created_at=now,
        )
        return event, self._entities[place - 1]

    def _events(self) -> dict[str, Any]:
        places: dict[str, int] = {}
        from_last = []
        for _, _, entity_id, _ in reversed(self._said):
            from_last.append(places.get(entity_id, 0))
            places[entity_id] = places.get(entity_id, 0) + 1
        columns = [list(column) for column in zip(*self._said, strict=True)] or [[], [], [], []]
        return {
            "public_ids": [new_id("ev", _ID_LENGTH) for _ in self._said],
            "names": columns[0],
            "types": columns[1],
            "ids": columns[2],
            "payloads": columns[3],
            "from_last": from_last[::-1],
        }

    def _entries(self) -> dict[str, Any]:
        return {
            "actions": [entry["action"] for entry in self._noted],
            "noted_types": [entry["entity_type"] for entry in self._noted],
            "noted_ids": [entry["entity_id"] for entry in self._noted],
            "labels": [entry["entity_label"] for entry in self._noted],
            "afters": [None if entry["after"] is None else _text(entry["after"]) for entry in self._noted],
        }


_ID_LENGTH: Final = OutboxEvent._meta.get_field("public_id").length
_WRITE: Final = """
WITH said AS (
    SELECT * FROM unnest(%(public_ids)s::text[], %(names)s::text[], %(types)s::text[], %(ids)s::text[],
                         %(payloads)s::text[], %(from_last)s::bigint[])
        WITH ORDINALITY AS event(public_id, name, entity_type, entity_id, payload, from_last, place)
), counted AS (
    INSERT INTO core_eventsequence AS sequence (entity_id, last)
    SELECT entity_id, COUNT(*) FROM said GROUP BY entity_id ORDER BY entity_id
    ON CONFLICT (entity_id) DO UPDATE SET last = sequence.last + EXCLUDED.last
    RETURNING sequence.entity_id, sequence.last
), noted AS (
    INSERT INTO core_auditentry (at, actor_kind, actor_id, actor_label, actor_role, channel, address, action,
                                 entity_type, entity_id, entity_label, before, after, request_id, approval_id)
    SELECT %(now)s::timestamptz, %(kind)s::text, %(actor)s::text, %(label)s::text, %(role)s::text,
           %(channel)s::text, %(address)s::text, action, entity_type, entity_id, label, NULL, after::jsonb,
           %(request)s::text, %(approval)s::text
    FROM unnest(%(actions)s::text[], %(noted_types)s::text[], %(noted_ids)s::text[], %(labels)s::text[],
                %(afters)s::text[])
        WITH ORDINALITY AS entry(action, entity_type, entity_id, label, after, place)
    ORDER BY place
), written AS (
    INSERT INTO core_outboxevent (public_id, name, entity_type, entity_id, sequence, payload, actor_kind,
                                  actor_id, channel, request_id, created_at)
    SELECT said.public_id, said.name, said.entity_type, said.entity_id, counted.last - said.from_last,
           said.payload::jsonb, %(kind)s::text, %(actor)s::text, %(channel)s::text, %(request)s::text,
           %(now)s::timestamptz
    FROM said JOIN counted USING (entity_id)
    ORDER BY said.place
    RETURNING id, public_id, name, sequence
)
SELECT written.id, written.public_id, written.sequence, said.place
FROM written JOIN said USING (public_id)
WHERE EXISTS (SELECT FROM core_eventinterest AS interest WHERE interest.name IN (written.name, '*'))
ORDER BY said.place
"""


def _caller(actor: Actor) -> dict[str, str]:
    return {
        "kind": actor.kind.value,
        "actor": actor.id,
        "label": actor.label,
        "role": str(actor.role),
        "channel": actor.channel,
        "address": actor.address[:64],
        "request": actor.request_id,
        "approval": actor.approval_id,
    }


def _named(entity: models.Model) -> tuple[str, str]:
    return entity._meta.model_name or "", str(getattr(entity, "public_id", None) or entity.pk)


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)
