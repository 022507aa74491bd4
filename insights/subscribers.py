"""What alerts react to: people were told, so e-mails wait."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from celery import current_app
from django.db import transaction

from core import events
from core.models import OutboxEvent
from insights.services import alert_telling

_MAIL: Final = "approvals.tasks.mail_notifications"


@events.subscribe(alert_telling.TOLD, name="insights.alerts.mail")
def mail_alerts(event: OutboxEvent, now: datetime) -> None:
    """The message is a hint: when it is lost, or no dispatcher runs, the periodic job mails."""
    transaction.on_commit(lambda: current_app.send_task(_MAIL), robust=True)
