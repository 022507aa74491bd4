"""Webhooks in the management API (contract: data file 19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api.fields import BooleanField, ListField, MapField, TextField, WireSerializer
from core.instants import format_instant, format_optional
from integrations import webhook_names
from integrations.models import Webhook
from integrations.services.webhooks import IssuedSecret, WebhookSpec


class WebhookInput(WireSerializer):
    """`name`, `headers` and `secret` go beyond the contract."""

    target_url = TextField(allow_blank=False, max_length=2000)
    events = ListField(child=TextField(allow_blank=False, max_length=100), max_length=200)
    active = BooleanField(required=False)
    name = TextField(required=False, allow_null=True, max_length=100)
    headers = MapField(child=TextField(max_length=4000, allow_null=True), required=False, allow_null=True)


class NewWebhookInput(WebhookInput):
    secret = TextField(required=False, allow_null=True, max_length=200)


class WebhookChangeInput(WebhookInput):
    """What is left out stays; events are replaced whole."""

    target_url = TextField(required=False, allow_blank=False, max_length=2000)
    events = ListField(child=TextField(allow_blank=False, max_length=100), required=False, max_length=200)


def webhook_spec(given: Mapping[str, Any]) -> WebhookSpec:
    return WebhookSpec(
        name=given.get("name"),
        target_url=given.get("target_url"),
        events=given.get("events"),
        is_active=given.get("active"),
        headers=given.get("headers"),
        secret=given.get("secret") or None,
    )


def webhook_output(webhook: Webhook) -> dict[str, Any]:
    """`events` of one that wants every event are all of the contract's list."""
    return {
        "id": webhook.public_id,
        "object": "webhook",
        "created_at": format_instant(webhook.created_at),
        "target_url": webhook.target_url,
        "events": webhook_names.wire(webhook_names.LISTED if webhook.wants_all else webhook.events),
        "active": webhook.state == Webhook.State.ACTIVE,
    }


def issued_output(issued: IssuedSecret) -> dict[str, Any]:
    """With the secret, which is never shown again."""
    until = issued.webhook.previous_secret_until
    return {
        **webhook_output(issued.webhook),
        "secret": issued.secret,
        **({"previous_secret_until": format_optional(until)} if until else {}),
    }
