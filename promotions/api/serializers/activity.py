"""What happened to a customer, on the wire (contract: data file 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.actors import ActorKind
from core.instants import format_instant
from core.models import OutboxEvent
from promotions.selectors import activity

_CHANNELS: Final = {"ADMIN": "USER_PORTAL", "CLIENT_API": "CLIENT_API"}


def activity_output(
    event: OutboxEvent, key_names: Mapping[str, str], *, customer: str | None = None
) -> dict[str, Any]:
    """`group_id` is the request in which it happened; `customer` is whose it is, else what the event says."""
    return {
        "id": event.public_id,
        "type": activity.type_of(event),
        "data": {
            "data": {name: value for name, value in event.payload.items() if value is not None},
            "event_source": _source(event, key_names),
        },
        "customer": {"id": customer or event.payload["customer_id"]},
        "category": "EFFECT" if event.name in activity.EFFECTS else "ACTION",
        "created_at": format_instant(event.created_at),
        "group_id": event.request_id,
    }


def _source(event: OutboxEvent, key_names: Mapping[str, str]) -> dict[str, Any]:
    match event.actor_kind:
        case ActorKind.API_KEY:
            key = {"name": key_names.get(event.actor_id, ""), "app_id": event.actor_id}
            # A caller may name a channel of its own; it came over the API all the same.
            return {"channel": _CHANNELS.get(event.channel, "API"), "api_key": key}
        case ActorKind.USER:
            return {"channel": "USER_PORTAL", "user": {"id": f"user_{event.actor_id}"}}
    return {"channel": "INTERNAL"}
