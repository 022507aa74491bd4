"""What approvals react to: people are told what happened to requests."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from celery import current_app
from django.db import transaction

from approvals.services import telling
from core import events
from core.models import OutboxEvent

_MAIL: Final = "approvals.tasks.mail_notifications"


@events.subscribe(*telling.EVENTS, name="approvals.notifications")
def tell_people(event: OutboxEvent, now: datetime) -> None:
    """E-mail leaves in a task of its own. Its message is a hint: when it is lost, the periodic job mails."""
    telling.tell(event=event, now=now)
    transaction.on_commit(lambda: current_app.send_task(_MAIL), robust=True)
