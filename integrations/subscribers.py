"""What background jobs, exports and webhooks react to."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from celery import current_app
from django.db import transaction

from core import events
from core.models import OutboxEvent
from integrations.services import async_actions, exports, imports, webhook_lanes

_WRITE_EXPORTS: Final = "integrations.tasks.write_exports"
_MAIL_STOPPED: Final = "integrations.tasks.mail_stopped_webhook"


@events.subscribe(async_actions.CREATED, async_actions.CONTINUED, name="integrations.async_actions.advance")
def advance_job(event: OutboxEvent, now: datetime) -> None:
    """One slice for each event; the slice itself asks for the next one."""
    async_actions.advance(public_id=event.entity_id, now=now, position=event.payload.get("position"))


@events.subscribe(async_actions.FINISHED, name="integrations.imports.conclude")
def empty_file(event: OutboxEvent, now: datetime) -> None:
    """Rows of customers are not kept longer than they are needed."""
    imports.conclude(action_id=event.entity_id, now=now)


@events.subscribe(exports.SCHEDULED, name="integrations.exports.write")
def write_exports(event: OutboxEvent, now: datetime) -> None:
    """A file may take minutes, a subscriber's transaction must not: a task of its own writes it.

    The message is a hint; when it is lost, the periodic job finds the export.
    """
    transaction.on_commit(lambda: current_app.send_task(_WRITE_EXPORTS), robust=True)


@events.subscribe(webhook_lanes.STOPPED, name="integrations.webhooks.mail")
def tell_administrators(event: OutboxEvent, now: datetime) -> None:
    """If the message is lost, the sidebar of the admin still says that a webhook stopped."""
    given = {"public_id": event.entity_id}
    transaction.on_commit(lambda: current_app.send_task(_MAIL_STOPPED, kwargs=given), robust=True)
