"""What webhooks are told is written down when it happens, in the transaction of the change."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from core import event_bodies
from core.actors import ActorKind
from core.models import ApiKey, OutboxEvent
from integrations.models import WebhookDelivery, WebhookMessage
from integrations.selectors.webhooks import listening

logger = logging.getLogger(__name__)


def capture(event: OutboxEvent, entity: models.Model) -> None:
    """Keep the event's body, and one delivery for each webhook that wants it."""
    offered = event_bodies.offered(event.name)
    if offered is None:
        return
    wanting = list(listening().filter(Q(wants_all=True) | Q(events__contains=[event.name])))
    if not wanting:
        return
    message = WebhookMessage.objects.create(
        event_id=event.public_id,
        type=event.name,
        entity_type=event.entity_type,
        entity_id=event.entity_id,
        sequence=event.sequence,
        group_id=event.request_id,
        event_source=source_of(event),
        data=compact(_body(offered, event, entity)),
        occurred_at=event.created_at,
    )
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook=webhook, message=message, created_at=event.created_at) for webhook in wanting
    )


def compact(value: Any) -> str:
    """JSON as the signature of the contract wants it: no blanks outside of strings, letters as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def source_of(event: OutboxEvent) -> dict[str, Any]:
    """Who caused it (contract: data file 12)."""
    if event.actor_kind == ActorKind.USER:
        return {"channel": "USER_PORTAL", "user": {"id": event.actor_id}}
    if event.actor_kind == ActorKind.API_KEY:
        names = ApiKey.objects.filter(app_id=event.actor_id).values_list("name", "kind")
        name, kind = next(iter(names), ("", ApiKey.Kind.SERVER))
        channel = "CLIENT_API" if kind == ApiKey.Kind.CLIENT else "API"
        return {"channel": channel, "api_key": {"name": name, "app_id": event.actor_id}}
    return {"channel": "INTERNAL"}


def _body(offered: event_bodies.Offered, event: OutboxEvent, entity: models.Model) -> dict[str, Any]:
    """A purchase must not fail because its picture cannot be drawn: then the ids alone are told."""
    try:
        with transaction.atomic():
            body = offered.body(event, entity)
            compact(body)
    except Exception:
        logger.exception("the body of %s %s cannot be shown", event.name, event.public_id)
        return dict(event.payload)
    return body
