"""The nightly proof that counters say what their rows say, and telling people when they do not."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from core import events, health, project
from core.actors import Actor
from core.models import ProjectSettings
from promotions import last_run
from promotions.selectors import reconcile
from promotions.selectors.reconcile import Difference

logger = logging.getLogger(__name__)

FAILED: Final = "reconciliation.failed"
MOST_TOLD: Final = 50
AT: Final = time(3)
"""When it is due, on the project's wall clock."""


def run_when_due(*, actor: Actor, now: datetime) -> int | None:
    """Prove everything once after each night's hour; None when that was done. Returns the differences.

    Two at once are harmless: the second finds the night told.
    """
    due = due_at(project.current(), now)
    last = last_run.read()
    if last is not None and last.at >= due:
        return None
    found = list(reconcile.differences(now=now))
    note(found, since=due, actor=actor, now=now)
    return len(found)


@transaction.atomic
def note(found: Sequence[Difference], *, since: datetime | None = None, actor: Actor, now: datetime) -> None:
    """Keep how a proof of everything ended, and tell when it failed; not again what was noted `since`."""
    settings = ProjectSettings.objects.select_for_update().get(pk=project.current().pk)
    last = last_run.read()
    if since is not None and last is not None and last.at >= since:
        return
    health.beat(last_run.RAN, now=now)
    if not found:
        health.beat(last_run.CLEAN, now=now)
        return
    by_check = dict(sorted(Counter(one.check for one in found).items()))
    logger.error("reconciliation found %d differences: %s", len(found), by_check)
    payload: dict[str, Any] = {
        "count": len(found),
        "checks": by_check,
        "differences": [_told(one) for one in found[:MOST_TOLD]],
    }
    events.emit(FAILED, entity=settings, actor=actor, now=now, payload=payload)


def _told(one: Difference) -> dict[str, Any]:
    return {
        "check": one.check,
        "object": one.noun,
        "id": one.id,
        "column": one.column,
        "stored": one.stored,
        "counted": one.counted,
        "rows": list(one.rows),
    }


def due_at(settings: ProjectSettings, now: datetime) -> datetime:
    """The last night's hour of proofs."""
    zone = ZoneInfo(settings.time_zone)
    today = now.astimezone(zone).date()
    due = datetime.combine(today, AT, zone)
    return due if due <= now else datetime.combine(today - timedelta(days=1), AT, zone)
