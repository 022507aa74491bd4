"""Shells around loyalty services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from core import periodic
from loyalty.services import nightly, reminders

_SECONDS: Final = 30


@periodic.job
def settle_nights(now: datetime) -> int:
    """Asked often, done after each midnight of the project: what a night found undone, the next run does."""
    return nightly.run(now=now, seconds=_SECONDS)


@periodic.job
def remind_of_points(now: datetime) -> int:
    """Of points that end soon; distributions write to their holders."""
    return periodic.batches(lambda: reminders.remind(now=now), seconds=_SECONDS)
