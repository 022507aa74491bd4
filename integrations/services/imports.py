"""Imports: tried, and done, by a background job over a file's rows (contract: data file 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from core import audit
from core.actors import Actor
from core.errors import InvalidPayload
from integrations import import_registry
from integrations.models import AsyncAction, ImportFile, ImportKey
from integrations.selectors import imports as selectors
from integrations.services import async_actions, import_files
from integrations.services.import_files import ImportIsOver
from integrations.services.import_slices import CHECK, FILE

_OPEN: Final = (AsyncAction.Status.ENQUEUED, AsyncAction.Status.IN_PROGRESS)


class SentBefore(InvalidPayload):
    """The same file was imported already, and nobody said that it shall be again."""


@transaction.atomic
def check(*, file_id: int, actor: Actor, now: datetime) -> ImportFile:
    """Try all rows in the background and change nothing; `check_counts` and the failures say what would be.

    :raises InvalidPayload: a needed column is missing.
    :raises ImportIsOver: it runs already, or is over.
    """
    file = import_files.locked_open(file_id)
    _permit(file, actor)
    if file.run_job_id is not None or (file.check_job and file.check_job.status in _OPEN):
        raise ImportIsOver("The file is being read already.")
    ImportKey.objects.filter(file=file).delete()
    file.check_counts = {}
    file.check_job = _job(CHECK, file, actor, now)
    file.save(update_fields=["check_job", "check_counts"])
    return file


@transaction.atomic
def run(*, file_id: int, actor: Actor, now: datetime, is_forced: bool = False) -> ImportFile:
    """Import all rows in the background. What cannot be done is reported, row by row.

    :raises InvalidPayload: a needed column is missing.
    :raises SentBefore: the same file was imported before, and `is_forced` does not say that this is meant.
    :raises ImportIsOver: it was imported already.
    """
    file = import_files.locked_open(file_id)
    _permit(file, actor)
    if file.run_job_id is not None:
        raise ImportIsOver("The file is being imported already.")
    earlier = None if is_forced else selectors.earlier(file)
    if earlier is not None:
        raise SentBefore(
            f"The same file was imported on {earlier.created_at:%-d %B %Y} by {earlier.actor_label}."
        )
    file.run_job = _job(import_registry.kind(file.kind).job_of(file.separator), file, actor, now)
    file.save(update_fields=["run_job"])
    facts = {"file": file.name, "sha256": file.sha256, "rows": file.rows_count}
    audit.log(actor, "import.started", file, now=now, after={**facts, "job": file.run_job.public_id})
    return file


def job_of(file: ImportFile) -> AsyncAction:
    """The job of an import that has begun."""
    if file.run_job is None:
        raise LookupError(f"{file} has not begun.")
    return file.run_job


def conclude(*, action_id: str, now: datetime) -> None:
    """Take a file's rows away once its import is over, however it ended. Safe to repeat."""
    action = AsyncAction.objects.filter(public_id=action_id).exclude(status__in=_OPEN).first()
    if action is not None and FILE in action.params and action.type != CHECK:
        import_files.empty(file_id=action.params[FILE], now=now)


def _permit(file: ImportFile, actor: Actor) -> None:
    kind = import_registry.kind(file.kind)
    import_files.permit(kind, actor)
    if file.separator and actor.channel == "ADMIN":
        import_files.check_mapping(kind, file.header, file.mapping)


def _job(type: str, file: ImportFile, actor: Actor, now: datetime) -> AsyncAction:
    return async_actions.create(
        type=type, body="", rows_count=file.rows_count, params={FILE: file.pk}, actor=actor, now=now
    )
