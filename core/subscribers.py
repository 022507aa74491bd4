"""What core itself reacts to."""

from __future__ import annotations

from datetime import datetime

from celery import current_app
from django.db import transaction

from core import events
from core.models import OutboxEvent
from core.services import periodic_runs

_EXPIRES_SECONDS = 300


@events.subscribe(periodic_runs.ASKED, name="core.periodic_jobs.start")
def start_periodic_job(event: OutboxEvent, now: datetime) -> None:
    """A task of its own, once at a time like its turns by beat. A message that is lost is asked for again."""
    task = str(event.payload["task"])
    transaction.on_commit(lambda: current_app.send_task(task, expires=_EXPIRES_SECONDS), robust=True)
