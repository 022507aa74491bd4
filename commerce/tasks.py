"""Shells around commerce's services for Celery, safe to run twice."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

from commerce.services import segment_following
from core import periodic

_LONGEST_SECONDS: Final = 60.0


@periodic.job
def follow_segments(now: datetime) -> int:
    """Batch after batch, for a minute at most; the next run goes on. Returns how many writes it looked at."""
    began, looked = time.monotonic(), 0
    while done := segment_following.follow(now=now):
        looked += done
        if time.monotonic() - began > _LONGEST_SECONDS:
            break
    return looked


@periodic.job
def settle_segments(now: datetime) -> int:
    """Every hour: days end at another hour in another zone. Returns how many customers were looked at."""
    return segment_following.settle(now=now)
