"""How far the metrics follow the outbox: which events were read, and which may still appear below them.

Numbers are handed out before their transactions commit, so "everything above the last number" would lose
those that commit late. A reader notes which numbers it read, and from time to time the highest of all with
those who may still write below it. Once they have ended, everything up to there was seen or is seen now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Max, Model

from core.models import OutboxEvent
from insights.models import MetricProgress
from promotions.models import Redemption

BATCH: Final = 1000
"""Events, or redemptions, of one transaction."""

_UNSEEN: Final = """
SELECT id, payload->>'redemption_id', payload->>'order_id'
FROM core_outboxevent
WHERE id > %(settled)s AND NOT %(seen)s::int8multirange @> id
ORDER BY id LIMIT %(most)s
"""
_SAW: Final = """
SELECT ((%(seen)s::int8multirange + COALESCE((
    SELECT range_agg(int8range(id, id, '[]')) FROM unnest(%(ids)s::bigint[]) AS id
), '{}')) - int8multirange(int8range(NULL, %(settled)s, '[]')))::text
"""
# Whoever inserts holds this lock from before its id is handed out until its end (see core.services.sealing).
_WRITERS: Final = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND relation = 'core_outboxevent'::regclass
"""
_STILL_RUNNING: Final = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'virtualxid' AND virtualxid = ANY(%s))"
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Events of one pass: their ids, and what they are about."""

    ids: list[int]
    redemptions: list[str]
    orders: list[str]


COLUMNS: Final = (
    "settled_id",
    "seen",
    "marked_id",
    "marked_writers",
    "history_id",
    "history_to",
    "counted_at",
)


def held(*, skip_locked: bool = False) -> MetricProgress | None:
    """The row that whoever writes metrics holds; None: somebody else does."""
    rows = MetricProgress.objects.select_for_update(no_key=True, skip_locked=skip_locked)
    if not (found := rows.first()):
        MetricProgress.objects.bulk_create([MetricProgress(pk=1)], ignore_conflicts=True)
        found = rows.first()
    return found


def is_begun(progress: MetricProgress) -> bool:
    """From the moment on at which all have ended who wrote events of before: what is older is history."""
    if progress.settled_id is not None:
        return True
    if progress.marked_id is None:
        mark(progress)
    if is_reached(progress):
        progress.settled_id = progress.marked_id
        progress.history_to = _highest(Redemption)
        mark(progress)
    progress.save(update_fields=COLUMNS)
    return progress.settled_id is not None


def is_reached(progress: MetricProgress) -> bool:
    """Whether all have ended that wrote events when the mark was made."""
    if not progress.marked_writers:
        return True
    with connection.cursor() as cursor:
        cursor.execute(_STILL_RUNNING, [progress.marked_writers])
        ((is_running,),) = cursor.fetchall()
    return not is_running


def mark(progress: MetricProgress) -> None:
    """Note the highest event and then, by a later statement, who may still write below it."""
    progress.marked_id = _highest(OutboxEvent)
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        progress.marked_writers = [name for (name,) in cursor.fetchall()]


def _highest(model: type[Model]) -> int:
    return model._base_manager.aggregate(last=Max("pk"))["last"] or 0


def unseen(progress: MetricProgress) -> Seen:
    """The oldest events that were not read yet, up to a batch of them."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEEN, {"settled": progress.settled_id, "seen": progress.seen, "most": BATCH})
        rows = cursor.fetchall()
    return Seen(
        ids=[pk for pk, _, _ in rows],
        redemptions=sorted({name for _, name, _ in rows if name}),
        orders=sorted({name for _, _, name in rows if name}),
    )


def past(progress: MetricProgress) -> list[int]:
    """The next redemptions that are older than the metrics."""
    if progress.history_id >= progress.history_to:
        return []
    rows = Redemption._base_manager.filter(pk__gt=progress.history_id, pk__lte=progress.history_to)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    progress.history_id = ids[-1] if len(ids) == BATCH else progress.history_to
    return ids


def seen_with(progress: MetricProgress, ids: list[int]) -> str:
    """The ranges of what was read above what is settled."""
    with connection.cursor() as cursor:
        cursor.execute(_SAW, {"seen": progress.seen, "ids": ids, "settled": progress.settled_id})
        ((ranges,),) = cursor.fetchall()
    return str(ranges)
