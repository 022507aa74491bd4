"""Shells around integration services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.utils import timezone

from integrations.services import async_actions, export_files, exports

_STALLED_AFTER: Final = timedelta(minutes=10)
_EXPORTS_KEPT_FOR: Final = timedelta(days=30)
_MOST_FILES: Final = 100


@shared_task
def wake_jobs(**_: Any) -> int:
    now = timezone.now()
    return async_actions.wake(stalled_since=now - _STALLED_AFTER, now=now)


@shared_task
def write_exports(**_: Any) -> int:
    """Write files until none waits; returns how many were dealt with."""
    written = 0
    while written < _MOST_FILES and export_files.write_next(now=timezone.now()):
        written += 1
    return written


@shared_task
def prune_exports(**_: Any) -> int:
    now = timezone.now()
    return exports.prune(before=now - _EXPORTS_KEPT_FOR, now=now)
