"""What the calendar reacts to: people were told of conflicts, so e-mails wait."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from celery import current_app
from django.db import transaction

from calendar_app.services.conflicts import FOUND, REOPENED
from core import events
from core.models import OutboxEvent

_MAIL: Final = "approvals.tasks.mail_notifications"


@events.subscribe(FOUND, REOPENED, name="calendar.conflicts.mail")
def mail_conflicts(event: OutboxEvent, now: datetime) -> None:
    """The message is a hint: when it is lost, or no dispatcher runs, the periodic job mails."""
    transaction.on_commit(lambda: current_app.send_task(_MAIL), robust=True)
