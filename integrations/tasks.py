"""Shells around integration services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from celery import shared_task

from core import periodic
from integrations.services import (
    async_actions,
    export_files,
    exports,
    import_files,
    job_log,
    webhook_deliveries,
    webhook_mail,
)

_STALLED_AFTER: Final = timedelta(minutes=10)
_EXPORTS_KEPT_FOR: Final = timedelta(days=30)
_FILES_KEPT_FOR: Final = timedelta(days=7)
_LOGS_KEPT_FOR: Final = timedelta(days=90)
_MESSAGES_KEPT_FOR: Final = timedelta(days=30)
_MOST_FILES: Final = 100


@periodic.job
def wake_jobs(now: datetime) -> int:
    return async_actions.wake(stalled_since=now - _STALLED_AFTER, now=now)


@periodic.job
def write_exports(now: datetime) -> int:
    """Requests are written at once; this finds what a dead worker left. Returns how many were dealt with."""
    written = 0
    while written < _MOST_FILES and export_files.write_next(now=now):
        written += 1
    return written


@periodic.job
def prune_exports(now: datetime) -> int:
    return exports.prune(before=now - _EXPORTS_KEPT_FOR, now=now)


@periodic.job
def empty_import_files(now: datetime) -> int:
    return import_files.prune(before=now - _FILES_KEPT_FOR, now=now)


@periodic.job
def prune_job_logs(now: datetime) -> int:
    """They name rows of customers; the jobs themselves stay."""
    return job_log.prune(before=now - _LOGS_KEPT_FOR)


@periodic.job
def prune_webhook_messages(now: datetime) -> int:
    """They hold personal data. What waits for a webhook that is on stays."""
    return periodic.batches(lambda: webhook_deliveries.prune(before=now - _MESSAGES_KEPT_FOR))


@shared_task(acks_late=True, autoretry_for=(OSError,), retry_backoff=30, max_retries=8)
def mail_stopped_webhook(*, public_id: str, **_: Any) -> int:
    return webhook_mail.tell_stopped(public_id=public_id)
