"""What background jobs react to."""

from __future__ import annotations

from datetime import datetime

from core import events
from core.models import OutboxEvent
from integrations.services import async_actions


@events.subscribe(async_actions.CREATED, async_actions.CONTINUED, name="integrations.async_actions.advance")
def advance_job(event: OutboxEvent, now: datetime) -> None:
    """One slice for each event; the slice itself asks for the next one."""
    async_actions.advance(public_id=event.entity_id, now=now)
