"""A webhook of the demo shop, switched off: there is nobody to tell."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core.actors import Actor
from integrations.services import webhooks
from integrations.services.webhooks import WebhookSpec

_EVENTS: Final = (
    "redemption.succeeded",
    "redemption.rollback.succeeded",
    "campaign.launched",
    "budget.threshold_reached",
    "approval_request.created",
)


def load(*, now: datetime, actor: Actor) -> None:
    spec = WebhookSpec(
        name="Data warehouse",
        target_url="https://warehouse.example/fanfare",
        events=_EVENTS,
        is_active=False,
        headers={"x-shop": "roastery"},
    )
    webhooks.create(spec=spec, actor=actor, now=now)
