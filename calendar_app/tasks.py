"""Shells around the calendar for Celery, safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from calendar_app.services import conflicts, refreshing
from core import periodic

_GONE_KEPT_FOR: Final = timedelta(days=400)


@periodic.job
def refresh_conflicts(now: datetime) -> int:
    """Conflicts follow what was changed; returns how many began, changed or went."""
    done = refreshing.refresh(now=now)
    return periodic.MoreLeft(done.changes) if done.is_more else done.changes


@periodic.job
def prune_conflicts(now: datetime) -> int:
    return periodic.batches(lambda: conflicts.prune(before=now - _GONE_KEPT_FOR))
