"""One run of a periodic job: never two at once, and what became of it is written beside the work.

Two beats, or a worker that is behind, send the same job twice: the second run finds the first one at work and
returns at once. The lock is that of a transaction on a connection of its own: it goes with the process,
however that ends, bears a pooler, and holds back neither the work's own transactions nor vacuum.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.models import F, Value

from core import audit, events
from core.actors import Actor
from core.errors import DomainError, Forbidden, NotFound
from core.models import PeriodicRun

logger = logging.getLogger(__name__)

ASKED: Final = "periodic_job.asked"
LOCKS: Final = 0x46414E46
"""The first of the two numbers of these locks; the second one is the job's."""
BROKE_OFF: Final = "The worker ended while it ran."
_LONGEST: Final = 500


class AlreadyRunning(DomainError):
    status = 409
    key = "periodic_job_running"
    message = "Periodic job runs already"


def lock_number(task: str) -> int:
    return zlib.crc32(task.encode()) & 0x7FFFFFFF


def run(*, task: str, work: Callable[[datetime], int | None], now: datetime) -> int | None:
    """Let a job work, unless it does already; returns how much it dealt with, None: it did not, or not due.

    :raises Exception: whatever the work raises, after it was noted.
    """
    with _alone(task) as is_alone:
        if not is_alone:
            logger.info("periodic job %s runs already", task)
            return None
        began = time.monotonic()
        _note_start(task, now)
        try:
            done = work(now)
        except Exception as error:
            _note_end(task, now, began, error=_said(error))
            raise
        _note_end(task, now, began, done=done)
        return done


def announce(tasks: Collection[str], *, now: datetime) -> None:
    """Let the jobs be known that this release has, from when on they may be waited for, and no others."""
    PeriodicRun.objects.exclude(task__in=tasks).delete()
    rows = [PeriodicRun(task=task, since=now) for task in tasks]
    PeriodicRun.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def ask(*, task: str, actor: Actor, now: datetime) -> PeriodicRun:
    """Have a job run out of turn, as soon as a worker is free.

    :raises Forbidden: only administrators may.
    :raises AlreadyRunning: it runs now.
    """
    if not actor.may("settings.modify"):
        raise Forbidden("Only administrators start periodic work.")
    row = PeriodicRun.objects.filter(task=task).first()
    if row is None:
        raise NotFound.of("periodic_job", task)
    with _alone(task) as is_alone:
        if not is_alone:
            raise AlreadyRunning("It runs already. Look again in a moment.")
    audit.log(actor, ASKED, row, now=now, after={"task": task})
    events.emit(ASKED, entity=row, actor=actor, now=now, payload={"task": task})
    return row


@contextmanager
def _alone(task: str) -> Iterator[bool]:
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', '0', true), "
                "pg_try_advisory_xact_lock(%s, %s)",
                [LOCKS, lock_number(task)],
            )
            is_alone = bool(cursor.fetchone()[1])
        yield is_alone
    finally:
        with suppress(DatabaseError):
            own.rollback()
        own.close()


def _note_start(task: str, now: datetime) -> None:
    """A run that never ended counts as one that failed: it may be what ended its worker."""
    row, _ = PeriodicRun.objects.get_or_create(task=task, defaults={"since": now})
    if row.is_open:
        row.failures, row.error = row.failures + 1, BROKE_OFF
    row.started_at, row.ended_at = now, None
    row.save(update_fields=["started_at", "ended_at", "failures", "error"])


def _note_end(task: str, now: datetime, began: float, *, done: int | None = None, error: str = "") -> None:
    """What cannot be written down must not undo what was done."""
    took = timedelta(seconds=time.monotonic() - began)
    ended_at = now + took
    changes = {"ended_at": ended_at, "milliseconds": took // timedelta(milliseconds=1), "error": error}
    if error:
        changes["failures"] = F("failures") + Value(1)
    else:
        changes |= {"failures": 0, "succeeded_at": ended_at, "dealt_with": done}
        if done:
            changes["worked_at"] = ended_at
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        PeriodicRun.objects.filter(task=task).update(**changes)
    except DatabaseError:
        logger.warning("how periodic job %s went could not be written down", task, exc_info=True)


def _said(error: Exception) -> str:
    """The kind and the first line: what follows may name what people wrote."""
    first = str(error).strip().split("\n", 1)[0]
    return f"{type(error).__name__}: {first}"[:_LONGEST]
