"""How often campaigns were validated, for their summaries. Contract: semantics-core 15.5.

A validation writes nothing. Each process counts in memory, and one of its requests adds what came together to
one row a campaign and day, every five seconds; a process that is killed takes that much with it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection, transaction

from engine import Status
from promotions.services.validations import Decision

logger = logging.getLogger(__name__)

_EVERY: Final = timedelta(seconds=5)

type _Counts = Counter[tuple[int, date, bool]]


class _Pending:
    """What this process has counted and not written yet. `since`: of the oldest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: _Counts = Counter()
        self._since: datetime | None = None

    def add(self, counts: _Counts, now: datetime) -> bool:
        """Whether it is time to write."""
        with self._lock:
            self._counts.update(counts)
            self._since = self._since or now
            return now - self._since >= _EVERY

    def take(self) -> _Counts:
        with self._lock:
            taken, self._counts, self._since = self._counts, Counter(), None
            return taken


_pending: Final = _Pending()


def note(decision: Decision, now: datetime) -> None:
    """Count what was decided: once for each redeemable of a campaign that applies or is refused."""
    loaded = decision.loaded
    day = now.astimezone(loaded.settings.zone).date()
    counts: _Counts = Counter()
    for step in decision.outcome.steps:
        entry = loaded.by_key.get((step.object.value, step.key))
        if entry is None or entry.campaign is None or step.status is Status.SKIPPED:
            continue
        counts[entry.campaign.pk, day, step.status is Status.APPLICABLE] += 1
    if counts and _pending.add(counts, now):
        flush(now)


def flush(now: datetime) -> None:
    """Write what this process has counted. Figures wait rather than spoil somebody's answer."""
    taken = _pending.take()
    if not taken:
        return
    rows = [
        (campaign, day, taken[campaign, day, True], taken[campaign, day, False])
        for campaign, day in sorted({(campaign, day) for campaign, day, _ in taken})
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
    except DatabaseError:
        logger.warning("counts of validations wait", exc_info=True)
        _pending.add(taken, now)


def forget() -> None:
    """Drop what this process has counted and not written."""
    _pending.take()


# A campaign that is gone meanwhile is left out.
_ADD: Final = """
INSERT INTO promotions_validationtally AS tally (campaign_id, day, succeeded, failed)
SELECT added.* FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::bigint[])
    AS added(campaign_id, day, succeeded, failed)
WHERE EXISTS (SELECT 1 FROM promotions_campaign WHERE id = added.campaign_id)
ON CONFLICT (campaign_id, day) DO UPDATE
SET succeeded = tally.succeeded + excluded.succeeded, failed = tally.failed + excluded.failed
"""
