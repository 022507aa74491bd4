"""Shells around integration services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from celery import shared_task
from django.utils import timezone

from integrations.services import async_actions

_STALLED_AFTER: Final = timedelta(minutes=10)


@shared_task
def wake_jobs(**_: Any) -> int:
    now = timezone.now()
    return async_actions.wake(stalled_since=now - _STALLED_AFTER, now=now)
