"""Custom events: reported by the shop under names of its own (contract: data file 12)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from commerce.models import CustomEvent
from commerce.services import customers
from core import events, project
from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.idempotency import UNKEYED, Once
from core.services import custom_event_schemas


@transaction.atomic
def report(
    *,
    name: str,
    customer: Mapping[str, Any],
    metadata: Mapping[str, Any],
    codes: Mapping[str, str] | None = None,
    actor: Actor,
    now: datetime,
    once: Once[CustomEvent] = UNKEYED,
) -> CustomEvent:
    """Keep the event and tell whoever waits for it. The customer is made or merged on the way.

    `codes` of floors above that it is about, by what they are: `{"loyalty": "CARD-1"}`.

    The schema of the event checks its metadata. Without one it is kept, unless the project forbids it.

    :raises InvalidPayload: no such event, in a project that accepts only known ones.
    :raises NotFound: the customer's `id` is unknown.
    :raises MetadataInvalid: metadata of the event or the customer breaks its schema.
    """
    once.claim()
    schema = custom_event_schemas.find(name=name)
    if schema is not None:
        custom_event_schemas.check(schema, metadata)
    elif not project.current().accept_unknown_events:
        raise InvalidPayload(f"Property .event must be the name of a known event, not {name!r}")
    if customer.get("id") and customers.find_for_payload(payload=customer) is None:
        raise NotFound.of("customer", str(customer["id"]))
    person = customers.upsert_from_payload(payload=customer, actor=actor, now=now)
    event = CustomEvent.objects.create(
        name=name, customer=person, metadata=dict(metadata), channel=actor.channel, created_at=now
    )
    events.emit(
        "customer.custom_event",
        entity=person,
        actor=actor,
        now=now,
        payload={
            "customer_id": person.public_id,
            "custom_event_id": event.public_id,
            "event": name,
            **{f"{kind}_code": code for kind, code in (codes or {}).items()},
        },
    )
    once.keep(event)
    return event
