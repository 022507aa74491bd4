"""What is left of people's sign-ins: sessions that ended, and who tried when (`axes`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import Model, QuerySet

_ATTEMPTS_KEPT_FOR: Final = timedelta(days=1)
"""Far longer than wrong passwords lock somebody out."""
_LOG_KEPT_FOR: Final = timedelta(days=90)
_AT_ONCE: Final = 1_000


def prune(*, now: datetime) -> int:
    """Forget a batch of what nobody needs any more; returns how many rows went."""
    return sum(
        _forgotten(rows)
        for rows in (
            Session.objects.filter(expire_date__lt=now),
            AccessAttempt.objects.filter(attempt_time__lt=now - _ATTEMPTS_KEPT_FOR),
            AccessLog.objects.filter(attempt_time__lt=now - _LOG_KEPT_FOR),
        )
    )


def _forgotten[Row: Model](rows: QuerySet[Row]) -> int:
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    return rows.filter(pk__in=keys).delete()[0]
