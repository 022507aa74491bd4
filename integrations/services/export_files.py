"""The writing of export files, one at a time, oldest request first.

A file is written in one transaction: the SELECT, the chunks and DONE. A worker that dies leaves nothing
behind, and its export is begun anew. Who asks again while a file is being written is sent away at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from django.db import OperationalError, connection, transaction
from django.db.models import F

from core import events, places, project
from core.actors import Actor
from core.staff import places_of
from integrations import export_plans, export_screens
from integrations.csv_text import CsvBuffer
from integrations.export_plans import Plan
from integrations.models import Export, ExportChunk
from integrations.services import export_progress
from integrations.services.exports import FAILED, FINISHED

logger = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 5
CHUNK_LENGTH: Final = 256 * 1024

_WRITER_LOCK: Final = 7_410_022
_OPEN: Final = (Export.Status.SCHEDULED, Export.Status.IN_PROGRESS)
_WRITER: Final = Actor.system("export writer", channel="TASK")


class _Withdrawn(Exception):
    """Somebody removed the export while its file was being written."""


def write_next(*, now: datetime) -> bool:
    """Write the file of the oldest open export; False when none waits or another worker is writing.

    Not to be called inside of a transaction: that the export is running is for others to see.

    :raises OperationalError: the database is busy or away. The export stays open; the sweep comes back to it.
    """
    export = _claim(now)
    if export is None:
        return False
    began = time.perf_counter()
    try:
        with transaction.atomic():
            return _write(export, now, began)
    except _Withdrawn:
        return True
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("export %s failed", export.public_id)
        _fail(export, f"Internal error ({type(error).__name__})", now)
        return True


@transaction.atomic
def _claim(now: datetime) -> Export | None:
    """The export whose turn it is, marked as running. Its attempts are counted before they can kill us."""
    if not _is_free():
        return None
    for export in Export.objects.filter(status__in=_OPEN).order_by("pk"):
        if export.attempts >= MAX_ATTEMPTS:
            _fail(export, f"Given up after {MAX_ATTEMPTS} attempts", now)
            continue
        open_rows = Export.objects.filter(pk=export.pk, status__in=_OPEN)
        running, attempts = Export.Status.IN_PROGRESS, F("attempts") + 1
        if open_rows.update(status=running, attempts=attempts, started_at=now, updated_at=now):
            return export
    return None


def _write(export: Export, now: datetime, began: float) -> bool:
    running = Export.objects.filter(pk=export.pk, status=Export.Status.IN_PROGRESS)
    if not _is_free():
        return False
    if not running.exists():
        # Written by another worker, or removed, since it was claimed.
        return True
    limit = (
        places_of(export.actor_kind, export.actor_id, export.actor_role)
        if export.actor_places is None
        else frozenset(export.actor_places)
    )
    with places.limited_to(limit, export.actor_id):
        plan = export_plans.read(
            export_plans.described(export.exported_object),
            export.parameters,
            export.scope,
            now=export.created_at,
            zone=project.current().zone,
        )
        if export.screen:
            shown = export_screens.rows(export.screen, export.actor_id)
            plan = replace(plan, rows=plan.rows.filter(pk__in=shown.values("pk")))
    with export_progress.told(export) as tell:
        rows_count, size_bytes = _store(export, plan, tell)
    finished_at = now + timedelta(seconds=time.perf_counter() - began)
    taken = running.update(
        status=Export.Status.DONE,
        rows_count=rows_count,
        size_bytes=size_bytes,
        finished_at=finished_at,
        updated_at=finished_at,
    )
    if not taken:
        raise _Withdrawn
    payload = {"exported_object": export.exported_object, "rows": rows_count}
    events.emit(FINISHED, entity=export, actor=_WRITER, now=finished_at, payload=payload)
    return True


def _store(export: Export, plan: Plan, tell: Callable[[int], None]) -> tuple[int, int]:
    """Rows and bytes written; never more than a chunk is in memory. `tell` gets to know how many rows."""
    buffer, rows_count, number, size_bytes = CsvBuffer(), 0, 0, 0
    buffer.write(plan.header())
    for line in plan.lines():
        buffer.write(line)
        rows_count += 1
        if buffer.length >= CHUNK_LENGTH:
            size_bytes += _keep(export, number, buffer)
            number += 1
            tell(rows_count)
    return rows_count, size_bytes + _keep(export, number, buffer)


def _keep(export: Export, number: int, buffer: CsvBuffer) -> int:
    content = buffer.take()
    if content:
        ExportChunk.objects.create(export=export, number=number, content=content)
    return len(content)


@transaction.atomic
def _fail(export: Export, reason: str, now: datetime) -> None:
    open_rows = Export.objects.filter(pk=export.pk, status__in=_OPEN)
    if open_rows.update(status=Export.Status.ERROR, failure=reason[:200], finished_at=now, updated_at=now):
        events.emit(FAILED, entity=export, actor=_WRITER, now=now, payload={"reason": reason})


def _is_free() -> bool:
    """Whether nobody else writes a file; until the transaction ends it is us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_WRITER_LOCK])
        (is_free,) = cursor.fetchone()
    return bool(is_free)
