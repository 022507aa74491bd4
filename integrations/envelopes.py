"""The body of a message to a webhook (contract: data file 13)."""

from __future__ import annotations

import json
from typing import Any

from core.instants import format_instant
from integrations.models import WebhookDelivery


def body(delivery: WebhookDelivery, *, project_id: str) -> bytes:
    """The same bytes at every attempt, as long as the address stays the same.

    `event.sequence` counts the events of one object without gaps, so that a receiver can tell a late one.
    """
    message, webhook = delivery.message, delivery.webhook
    before = {
        "id": delivery.public_id,
        "project_id": project_id,
        "created_at": format_instant(delivery.created_at),
        "type": message.type,
    }
    after = {
        "source": {"id": webhook.public_id, "object": "webhook", "target_url": webhook.target_url},
        "event": {
            "id": message.event_id,
            "type": message.type,
            "created_at": format_instant(message.occurred_at),
            "entity_id": message.entity_id,
            "group_id": message.group_id or None,
            "event_source": message.event_source,
            "sequence": message.sequence,
        },
    }
    return f'{_compact(before)[:-1]},"data":{message.data},{_compact(after)[1:]}'.encode()


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
