"""Background jobs: stored with their rows, worked off slice by slice (contract: data file 10).

Each slice is one transaction: the changes, the position, the counts, the event that asks for the next slice.
A worker that dies loses the slice it was in; its event comes again and goes on at the stored position.
Jobs of one type run one after the other, in the order of their creation.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Coalesce

from core import events
from core.actors import Actor, ActorKind
from core.instants import format_instant
from core.locking import lock
from integrations import registry, rows
from integrations.models import AsyncAction
from integrations.registry import JobType, Report, RowFailure

logger = logging.getLogger(__name__)

CREATED: Final = "async_action.created"
CONTINUED: Final = "async_action.continued"
FINISHED: Final = "async_action.finished"
MAX_FAILURES_KEPT: Final = 1000

_TYPE_LOCKS: Final = 7_410_021
_OPEN: Final = (AsyncAction.Status.ENQUEUED, AsyncAction.Status.IN_PROGRESS)
_PROGRESS: Final = (
    "status",
    "operation_status",
    "progress",
    "processing_time",
    "position",
    "done_count",
    "failed_count",
    "result",
    "started_at",
    "finished_at",
    "updated_at",
)


@transaction.atomic
def create(
    *,
    type: str,
    body: str,
    rows_count: int,
    actor: Actor,
    now: datetime,
    params: dict[str, Any] | None = None,
) -> AsyncAction:
    """Store a job; a worker begins within a second or two.

    `body` comes from `rows.json_lines` or `rows.csv_text`, as the job type says.

    :raises LookupError: unknown job type.
    """
    registry.job_type(type)
    action = _new(type, rows_count, params, actor, now)
    action.body = body
    action.save(force_insert=True)
    events.emit(CREATED, entity=action, actor=actor, now=now, payload={"type": type, "rows": rows_count})
    return action


@transaction.atomic
def record_done(
    *, type: str, done: int, actor: Actor, now: datetime, params: dict[str, Any] | None = None
) -> AsyncAction:
    """A job so small that the caller did it himself: on record like any other, and waited for by nobody.

    :raises LookupError: unknown job type.
    """
    registry.job_type(type)
    action = _new(type, done, params, actor, now)
    action.position = action.done_count = done
    action.started_at = action.updated_at = now
    _finish(action, now, broken=False)
    action.save(force_insert=True)
    payload = {"type": type, "done": done, "failed": 0}
    events.emit(FINISHED, entity=action, actor=actor, now=now, payload=payload)
    return action


@transaction.atomic
def advance(*, public_id: str, now: datetime) -> AsyncAction | None:
    """Do one slice of a job; None when it is not its turn. Safe to repeat: a finished job does nothing.

    A job whose rows break the handler ends as FAILED; a database that is busy makes the caller retry.
    """
    action = AsyncAction.objects.filter(public_id=public_id).first()
    if action is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_TYPE_LOCKS, action.type])
    open_rows = AsyncAction.objects.filter(type=action.type, status__in=_OPEN)
    lock(AsyncAction.objects.filter(pk=action.pk).only("pk"))
    action.refresh_from_db()
    if action.status not in _OPEN or open_rows.filter(pk__lt=action.pk).exists():
        return None
    actor = _actor_of(action)
    action.status = AsyncAction.Status.IN_PROGRESS
    action.started_at = action.started_at or now
    began = time.perf_counter()
    try:
        with transaction.atomic():
            _work(action, registry.job_type(action.type), actor, now)
    except OperationalError:
        raise
    except Exception:
        logger.exception("job %s failed", action.public_id)
        action.refresh_from_db(fields=[name for name in _PROGRESS if name != "started_at"])
        _finish(action, now, broken=True)
    action.processing_time += int((time.perf_counter() - began) * 1000)
    action.updated_at = now
    action.save(update_fields=_PROGRESS)
    if action.status in _OPEN:
        events.emit(CONTINUED, entity=action, actor=actor, now=now)
        return action
    AsyncAction.objects.filter(pk=action.pk).update(body="")
    payload = {"type": action.type, "done": action.done_count, "failed": action.failed_count}
    events.emit(FINISHED, entity=action, actor=actor, now=now, payload=payload)
    waiting = open_rows.exclude(pk=action.pk).order_by("pk").first()
    if waiting is not None:
        events.emit(CONTINUED, entity=waiting, actor=_actor_of(waiting), now=now)
    return action


@transaction.atomic
def wake(*, stalled_since: datetime, now: datetime) -> int:
    """Ask again for the oldest open job of each type that has not moved; returns how many were asked.

    Its event may be parked (a database that was away for long), and jobs behind it wait for it.
    """
    first = AsyncAction.objects.filter(status__in=_OPEN).order_by("type", "pk").distinct("type")
    moved_at = Coalesce("updated_at", "created_at")
    stalled = AsyncAction.objects.filter(pk__in=first.values("pk")).annotate(moved_at=moved_at)
    actions = list(stalled.filter(moved_at__lt=stalled_since).order_by("pk"))
    for action in actions:
        events.emit(CONTINUED, entity=action, actor=_actor_of(action), now=now)
    # The next look waits as long again.
    AsyncAction.objects.filter(pk__in=[action.pk for action in actions]).update(updated_at=now)
    return len(actions)


def report(action: AsyncAction) -> dict[str, Any] | None:
    """The `result` of a job on the wire; None while it runs. `reports` stays empty: see `errors`."""
    if action.status in _OPEN:
        return None
    job_type = registry.known(action.type)
    name_key = job_type.name_key if job_type else "source_id"
    failures = (action.result or {}).get("failures", [])
    counts = {"done_count": action.done_count, "failed_count": action.failed_count}
    if job_type is not None and job_type.report is Report.BULK:
        finished_at = action.finished_at or action.created_at
        errors = [
            {
                "message": "Row was not updated",
                "details": failure["reason"],
                "key": failure["key"],
                name_key: failure["name"],
            }
            for failure in failures
        ]
        return {
            **counts,
            "reports": [],
            "reports_available_till": format_instant(finished_at),
            "errors": errors,
        }
    failed = [
        {
            **({name_key: failure["name"]} if failure["name"] else {}),
            "row": failure["row"],
            "reason": failure["reason"],
        }
        for failure in failures
    ]
    return {"message": (action.result or {}).get("message", ""), "failed": failed, **counts}


def _new(
    type: str, rows_count: int, params: dict[str, Any] | None, actor: Actor, now: datetime
) -> AsyncAction:
    return AsyncAction(
        type=type,
        rows_count=rows_count,
        params=params or {},
        result={"failures": []},
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        actor_role=actor.role,
        channel=actor.channel,
        request_id=actor.request_id,
        created_at=now,
    )


def _work(action: AsyncAction, job_type: JobType, actor: Actor, now: datetime) -> None:
    found = rows.read(action.body, job_type.rows, start=action.position, size=job_type.slice_size)
    if found:
        result = job_type.handler(found, action.params, actor, now)
        action.position += len(found)
        action.done_count += result.done
        action.failed_count += len(result.failures)
        _keep(action, result.failures)
        action.progress = min(100, action.position * 100 // max(action.rows_count, 1))
    if len(found) < job_type.slice_size:
        _finish(action, now, broken=False)


def _keep(action: AsyncAction, failures: Any) -> None:
    kept = list((action.result or {}).get("failures", []))
    for failure in failures:
        if len(kept) >= MAX_FAILURES_KEPT:
            break
        kept.append(_stored(failure))
    action.result = {**(action.result or {}), "failures": kept}


def _stored(failure: RowFailure) -> dict[str, Any]:
    return {"row": failure.row, "reason": failure.reason, "name": failure.name, "key": failure.key}


def _finish(action: AsyncAction, now: datetime, *, broken: bool) -> None:
    """A job of which every row failed is DONE, but not a success (contract: data file 10)."""
    is_success = not broken and (action.done_count > 0 or action.failed_count == 0)
    action.status = AsyncAction.Status.FAILED if broken else AsyncAction.Status.DONE
    outcome = AsyncAction.OperationStatus
    action.operation_status = outcome.SUCCESS if is_success else outcome.FAILED
    action.progress = 100
    action.finished_at = now
    message = "Internal error" if broken else f"{action.done_count} done, {action.failed_count} failed"
    action.result = {**(action.result or {}), "message": message}


def _actor_of(action: AsyncAction) -> Actor:
    return Actor(
        kind=ActorKind(action.actor_kind),
        id=action.actor_id,
        label=action.actor_label,
        role=action.actor_role,
        channel=action.channel,
        request_id=action.request_id,
    )
