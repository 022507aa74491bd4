"""The sealing job: proof that facts stay as they were written, without a lock in anybody's way.

Rows are sealed in the order of their ids, and a range of ids is sealed once. So it must be certain that no
row can still appear below: ids are handed out before their transactions commit, and even before a
transaction has a number of its own (`pg_snapshot_xmin` does not wait for it yet). But whoever inserts holds
`RowExclusiveLock` on the table from before its id is handed out until its end. A run therefore notes the
highest id of each table, then who holds such a lock; once all of those have ended, everything up to the
noted ids is final. The note outlives the run: nothing waits, the next run goes on from it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import UTC, datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Max, Model

from core import seals
from core.locking import lock
from core.models import Seal, SealHead
from core.seals import ID_MIN, SealedTable

logger = logging.getLogger(__name__)

BATCH: Final = 1000
"""Rows of one seal, at most."""

_WRITERS: Final = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND relation = ANY(%s::text[]::regclass[])
"""
_STILL_RUNNING: Final = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'virtualxid' AND virtualxid = ANY(%s))
"""


def seal(*, now: datetime, batch_size: int = BATCH) -> int:
    """Seal what is final; returns how many rows. Several at once take turns.

    The newest digest goes into the log: kept elsewhere, it proves that the end was not cut off either.
    """
    rows = 0
    for _ in range(2):  # up to the mark of the last run, and up to one of this run where nobody writes
        marked = head()
        if not _is_reached(marked):
            break  # it stays until it is reached: each run making a new one might never reach any
        rows += _seal_marked(marked, now, batch_size)
        _mark()
    if rows:
        end = head()
        logger.info("sealed %d rows; seal %d is %s", rows, end.number, end.digest)
    return rows


def head() -> SealHead:
    """The end of the chain, as it is now; an empty one where nothing was ever sealed."""
    return SealHead.objects.first() or SealHead(pk=1)


def sealed_to(model: type[Model]) -> int:
    """The highest id of the model under a seal; below every id where there is none."""
    last = Seal.objects.filter(table=model._meta.db_table).aggregate(last=Max("last_id"))["last"]
    return ID_MIN if last is None else int(last)


def digest_of(one: Seal) -> str:
    """What the digest of a seal must be."""
    facts = {
        "number": one.number,
        "previous": one.previous,
        "table": one.table,
        "columns": one.columns,
        "after_id": one.after_id,
        "last_id": one.last_id,
        "ids": one.ids,
        "row_digests": bytes(one.row_digests).hex(),
        "sealed_at": one.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@transaction.atomic
def _mark() -> None:
    """Note the highest ids, then, by a later statement, who may still hold lower ones."""
    found = _locked_head()
    known = seals.tables()
    last_ids = {table.name: last for table in known if (last := table.last_id()) is not None}
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, [[table.name for table in known]])
        writers = [name for (name,) in cursor.fetchall()]
    found.marked_ids, found.marked_writers = last_ids, writers
    found.save(update_fields=["marked_ids", "marked_writers"])


def _is_reached(marked: SealHead) -> bool:
    """Whether everybody has ended who was writing when the mark was made."""
    with connection.cursor() as cursor:
        cursor.execute(_STILL_RUNNING, [marked.marked_writers])
        ((is_running,),) = cursor.fetchall()
    return not is_running


def _seal_marked(marked: SealHead, now: datetime, batch_size: int) -> int:
    """Seal up to a mark that has been reached; returns how many rows."""
    total = 0
    for name, last_id in sorted(marked.marked_ids.items()):
        table = seals.find(name)
        while table is not None and (rows := _seal_next(table, last_id, now, batch_size)):
            total += rows
    return total


@transaction.atomic
def _seal_next(table: SealedTable, marked_id: int, now: datetime, batch_size: int) -> int:
    """One seal over the next rows of a table; returns how many rows."""
    found = _locked_head()
    after_id, columns = sealed_to(table.model), list(table.columns)
    rows = table.digests(columns, after_id=after_id, last_id=marked_id, limit=batch_size)
    if not rows:
        return 0
    made = Seal(
        number=found.number + 1,
        table=table.name,
        columns=columns,
        after_id=after_id,
        last_id=rows[-1][0],
        ids=[pk for pk, _ in rows],
        row_digests=b"".join(digest for _, digest in rows),
        previous=found.digest,
        sealed_at=now,
    )
    made.digest = digest_of(made)
    made.save(force_insert=True)
    found.number, found.digest = made.number, made.digest
    found.save(update_fields=["number", "digest"])
    return len(rows)


def _locked_head() -> SealHead:
    """The head, locked: seals are written one after the other.

    :raises RuntimeError: it was removed. A new one would hide what else was.
    """
    found = lock(SealHead.objects.filter(pk=1))
    if not found:
        if Seal.objects.exists():
            raise RuntimeError("The end of the chain of seals is gone; manage.py verify_audit says more.")
        SealHead.objects.bulk_create([SealHead(pk=1)], ignore_conflicts=True)
        found = lock(SealHead.objects.filter(pk=1))
    return found[0]
