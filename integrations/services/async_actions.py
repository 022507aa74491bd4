"""Background jobs: stored with their rows, worked off slice by slice (contract: data file 10).

Each slice is one transaction: the changes, the position, the counts, the event that asks for the next slice.
A worker that dies loses the slice it was in; its event comes again and goes on at the stored position.
Of the jobs of one type one works at a time. A short one is done in its turn, so that short ones run in the
order of their creation; a long one lets the others have theirs after some slices.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

from core import audit, events, places
from core.actors import Actor, ActorKind
from core.errors import DomainError, NotFound
from core.locking import lock, retried
from integrations import registry, rows
from integrations.models import AsyncAction
from integrations.registry import JobType, Row, RowFailure, SliceResult
from integrations.services import import_slices, job_log
from integrations.services.import_slices import Slice
from integrations.services.job_reports import OPEN

logger = logging.getLogger(__name__)

CREATED: Final = "async_action.created"
CONTINUED: Final = "async_action.continued"
FINISHED: Final = "async_action.finished"
MAX_FAILURES_KEPT: Final = 1000

_WAITS_SINCE: Final = Coalesce("turn_at", "created_at")
_TYPE_LOCKS: Final = 7_410_021
_PAUSE: Final = timedelta(seconds=45)
"""Slices come within seconds of each other; after so long, somebody must have been missing."""
_PROGRESS: Final = (
    "status",
    "operation_status",
    "progress",
    "processing_time",
    "position",
    "done_count",
    "failed_count",
    "result",
    "turn_at",
    "started_at",
    "finished_at",
    "updated_at",
)


class JobNotCancellable(DomainError):
    key = "async_action_not_cancellable"
    message = "This job cannot be cancelled"


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

    `body` comes from `rows.json_lines`; the rows of a file stay where they are (`import_slices.FILE`).

    :raises LookupError: unknown job type.
    """
    registry.job_type(type)
    action = _new(type, rows_count, params, actor, now)
    action.body = body
    action.save(force_insert=True)
    job_log.note(action, f"{actor.label} asked for it: {_rows(rows_count)}", at=now)
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
    _finish(action, now)
    action.save(force_insert=True)
    job_log.note(action, f"{actor.label} asked for it; done at once: {_rows(done)}", at=now)
    payload = {"type": type, "done": done, "failed": 0}
    events.emit(FINISHED, entity=action, actor=actor, now=now, payload=payload)
    return action


@transaction.atomic
def advance(*, public_id: str, now: datetime, position: int | None = None) -> AsyncAction | None:
    """Do one slice of a job; None when it is not its turn. Safe to repeat: a finished job does nothing.

    `position` is where the asking event saw the job; a slice that was done since is not done again.
    A job whose rows break the handler ends as FAILED; a database that is busy makes the caller retry.
    """
    action = AsyncAction.objects.filter(public_id=public_id).first()
    if action is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_TYPE_LOCKS, action.type])
    lock(AsyncAction.objects.filter(pk=action.pk).only("pk"))
    waiting = _waiting(action.type)
    action = AsyncAction.objects.get(pk=action.pk)
    is_next = action.status in OPEN and waiting.values_list("pk", flat=True)[0] == action.pk
    if not is_next or position not in (None, action.position):
        return None
    _note_pause(action, now)
    action.status = AsyncAction.Status.IN_PROGRESS
    action.started_at = action.started_at or now
    began, first = time.perf_counter(), action.position + 1
    try:
        with transaction.atomic(), places.limited_to(actor_of(action).places):
            done, failures = _work(action, registry.job_type(action.type), now)
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("job %s failed", action.public_id)
        action.refresh_from_db(fields=[name for name in _PROGRESS if name != "started_at"])
        _break_off(action, error, now)
    else:
        took = int((time.perf_counter() - began) * 1000)
        job_log.note_slice(action, first=first, done=done, failures=failures, took=took, at=now)
    action.processing_time += int((time.perf_counter() - began) * 1000)
    action.updated_at = now
    action.save(update_fields=_PROGRESS)
    if action.status not in OPEN:
        _conclude(action, now)
    following = waiting.all().first()
    if following is not None:
        _ask_for(following, now)
    return action


@retried
@transaction.atomic
def cancel(*, public_id: str, actor: Actor, now: datetime) -> AsyncAction:
    """Let a job stop after the slice that runs now; what is done stays done.

    :raises NotFound: there is no such job.
    :raises JobNotCancellable: it is over, or of a kind that must come to its end.
    """
    locked = lock(AsyncAction.objects.filter(public_id=public_id).only("pk"))
    if not locked:
        raise NotFound.of("async_action", public_id)
    action = AsyncAction.objects.defer("body").get(pk=locked[0].pk)
    if action.status not in OPEN:
        raise JobNotCancellable(f"It is over: {action.get_status_display().lower()}.")
    job_type = registry.known(action.type)
    if job_type is not None and job_type.must_end:
        raise JobNotCancellable(job_type.must_end)
    was = action.status
    action.status = AsyncAction.Status.CANCELLED
    action.operation_status = AsyncAction.OperationStatus.FAILED
    action.finished_at = action.updated_at = now
    said = (
        f"Cancelled by {actor.label} after {action.position:,} of {_rows(action.rows_count)}; they stay done"
    )
    action.result = {**(action.result or {}), "message": said}
    action.save(update_fields=_PROGRESS)
    job_log.note(action, said, at=now, is_problem=True)
    audit.log(
        actor,
        "async_action.cancelled",
        action,
        now=now,
        before={"status": str(was)},
        after={"status": str(action.status), "done": action.done_count, "of": action.rows_count},
    )
    _conclude(action, now)
    following = _waiting(action.type).first()
    if following is not None:
        _ask_for(following, now)
    return action


@transaction.atomic
def wake(*, stalled_since: datetime, now: datetime) -> int:
    """Ask again for the job of each type whose turn it is, if it has not moved; returns how many were asked.

    Its event may be parked (a database that was away for long), and the other jobs wait for it.
    """
    open_jobs = AsyncAction.objects.filter(status__in=OPEN).annotate(waits_since=_WAITS_SINCE)
    first = open_jobs.order_by("type", "waits_since", "pk").distinct("type")
    moved_at = Coalesce("updated_at", "created_at")
    stalled = AsyncAction.objects.filter(pk__in=first.values("pk")).annotate(moved_at=moved_at)
    actions = list(stalled.filter(moved_at__lt=stalled_since).defer("body").order_by("pk"))
    for action in actions:
        job_log.note(action, "Asked for again: it had not moved for long", at=now, is_problem=True)
        _ask_for(action, now)
    # The next look waits as long again.
    AsyncAction.objects.filter(pk__in=[action.pk for action in actions]).update(updated_at=now)
    return len(actions)


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
        actor_address=actor.address[:64],
        actor_duties=sorted(actor.duties),
        actor_places=None if actor.places is None else sorted(actor.places),
        actor_store=actor.store[:100],
        approval_id=actor.approval_id,
        channel=actor.channel,
        request_id=actor.request_id,
        created_at=now,
        turn_at=now,
    )


def _waiting(type: str) -> QuerySet[AsyncAction]:
    """The open jobs of a type, whose turn it is first."""
    open_jobs = AsyncAction.objects.filter(type=type, status__in=OPEN).annotate(waits_since=_WAITS_SINCE)
    return open_jobs.defer("body").order_by("waits_since", "pk")


def _ask_for(action: AsyncAction, now: datetime) -> None:
    """The event that makes a worker do its next slice."""
    payload = {"position": action.position}
    events.emit(CONTINUED, entity=action, actor=actor_of(action), now=now, payload=payload)


def _conclude(action: AsyncAction, now: datetime) -> None:
    AsyncAction.objects.filter(pk=action.pk).update(body="")
    payload = {"type": action.type, "done": action.done_count, "failed": action.failed_count}
    events.emit(FINISHED, entity=action, actor=actor_of(action), now=now, payload=payload)


def _note_pause(action: AsyncAction, now: datetime) -> None:
    """Say so if the jobs of this type had nobody for a while, because a worker died or all were busy."""
    lately = action.created_at - timedelta(days=1)
    jobs = AsyncAction.objects.filter(type=action.type, created_at__gte=lately)
    moved = jobs.aggregate(at=Max("updated_at"))["at"]
    if action.position and moved is not None and now - moved > _PAUSE:
        job_log.note_pause(action, seconds=int((now - moved).total_seconds()), at=now)


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _work(action: AsyncAction, job_type: JobType, now: datetime) -> tuple[int, list[RowFailure]]:
    """Do the next rows; returns how many were done, and those left out."""
    slice_ = _slice(action, job_type, now)
    done, failures = slice_.result.done, list(slice_.result.failures)
    before, span = action.position, job_type.slice_size * job_type.slices_in_turn
    action.position += slice_.consumed
    action.done_count += done
    action.failed_count += len(failures)
    _keep(action, failures)
    job_log.keep_failures(action, failures)
    action.progress = min(100, action.position * 100 // max(action.rows_count, 1))
    if action.position >= action.rows_count or not slice_.consumed:
        _finish(action, now)
    elif action.position // span > before // span:
        action.turn_at = _end_of_queue(action.type, now)
    return done, failures


def _slice(action: AsyncAction, job_type: JobType, now: datetime) -> Slice:
    actor = actor_of(action)
    if import_slices.FILE in action.params:
        return import_slices.work(action, now, actor)
    left = min(job_type.slice_size, action.rows_count - action.position)
    found: Sequence[Row] = (
        rows.Numbers(range(action.position + 1, action.position + left + 1))
        if job_type.is_counted
        else rows.read(action.body, start=action.position, size=left)
    )
    result = job_type.handler(found, action.params, actor, now) if found else SliceResult(done=0)
    return Slice(consumed=len(found), result=result)


def _end_of_queue(type: str, now: datetime) -> datetime:
    """An instant after the turns of all who wait, also when clocks differ."""
    last = _waiting(type).aggregate(last=Max("waits_since"))["last"]
    return now if last is None or last < now else last + timedelta(microseconds=1)


def _keep(action: AsyncAction, failures: Sequence[RowFailure]) -> None:
    kept = list((action.result or {}).get("failures", []))
    for failure in failures:
        if len(kept) >= MAX_FAILURES_KEPT:
            break
        kept.append(_stored(failure))
    action.result = {**(action.result or {}), "failures": kept}


def _stored(failure: RowFailure) -> dict[str, Any]:
    return {"row": failure.row, "reason": failure.reason, "name": failure.name, "key": failure.key}


def _finish(action: AsyncAction, now: datetime) -> None:
    """A job of which every row failed is DONE, but not a success (contract: data file 10)."""
    is_success = action.done_count > 0 or action.failed_count == 0
    _end(action, AsyncAction.Status.DONE, is_success=is_success, now=now)
    _say(action, f"{action.done_count} done, {action.failed_count} failed")


def _break_off(action: AsyncAction, error: Exception, now: datetime) -> None:
    """A refusal says what would make it work; anything else is ours: its details are in the server's log."""
    _end(action, AsyncAction.Status.FAILED, is_success=False, now=now)
    reason = (error.details or error.message) if isinstance(error, DomainError) else "Internal error"
    _say(action, reason)
    text = f"Broke off at row {action.position + 1:,}; the rows before it stay done. {reason}"
    job_log.note(action, text, at=now, is_problem=True)


def _end(action: AsyncAction, status: AsyncAction.Status, *, is_success: bool, now: datetime) -> None:
    outcome = AsyncAction.OperationStatus
    action.status = status
    action.operation_status = outcome.SUCCESS if is_success else outcome.FAILED
    action.progress = 100
    action.finished_at = now


def _say(action: AsyncAction, message: str) -> None:
    action.result = {**(action.result or {}), "message": message}


def actor_of(action: AsyncAction) -> Actor:
    """Who asked for the job, as he asked for it."""
    return Actor(
        kind=ActorKind(action.actor_kind),
        id=action.actor_id,
        label=action.actor_label,
        role=action.actor_role,
        channel=action.channel,
        request_id=action.request_id,
        duties=frozenset(action.actor_duties or ()),
        places=None if action.actor_places is None else frozenset(action.actor_places),
        store=action.actor_store,
        address=action.actor_address,
        approval_id=action.approval_id,
    )
