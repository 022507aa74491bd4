"""What a job writes down while it works: lines for people, and each row that it left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from integrations.csv_text import CsvBuffer, harmless
from integrations.models import AsyncAction, AsyncActionFailure, AsyncActionNote
from integrations.registry import RowFailure

_LONGEST_LINE: Final = 500
_LONGEST_NAME: Final = 255
_WRITTEN_AT_ONCE: Final = 2000
_BYTES_AT_ONCE: Final = 1 << 16


def note(action: AsyncAction, text: str, *, at: datetime, is_problem: bool = False) -> None:
    AsyncActionNote.objects.create(action=action, at=at, text=text[:_LONGEST_LINE], is_problem=is_problem)


def note_slice(
    action: AsyncAction, *, first: int, done: int, failures: Sequence[RowFailure], took: int, at: datetime
) -> None:
    """One line for the rows from `first` (counted from 1) to the job's position; `took` in milliseconds."""
    failed = f", {len(failures):,} left out" if failures else ""
    rows = f"Rows {first:,} to {action.position:,}" if action.position > first else f"Row {first:,}"
    text = f"{rows}: {done:,} done{failed}, in {took / 1000:,.1f} s"
    note(action, text, at=at, is_problem=bool(failures))


def note_pause(action: AsyncAction, *, seconds: int, at: datetime) -> None:
    """Nobody worked for so long: a worker died, or all were busy."""
    where = f"row {action.position + 1:,}" if action.position else "the first row"
    text = f"Went on at {where} after {seconds:,} s in which no worker did"
    note(action, text, at=at, is_problem=True)


def keep_failures(action: AsyncAction, failures: Sequence[RowFailure]) -> None:
    AsyncActionFailure.objects.bulk_create(
        (
            AsyncActionFailure(
                action=action,
                row=failure.row,
                name=failure.name[:_LONGEST_NAME],
                key=failure.key,
                reason=failure.reason,
            )
            for failure in failures
        ),
        batch_size=_WRITTEN_AT_ONCE,
    )


def failures_csv(action: AsyncAction) -> Iterator[bytes]:
    """All rows that were left out, as a CSV file in the order of the caller's rows."""
    buffer = CsvBuffer()
    buffer.write(("row", "name", "reason", "key"))
    rows = AsyncActionFailure.objects.filter(action=action).order_by("row", "pk")
    for failure in rows.iterator(chunk_size=_WRITTEN_AT_ONCE):
        buffer.write((str(failure.row), harmless(failure.name), harmless(failure.reason), failure.key))
        if buffer.length >= _BYTES_AT_ONCE:
            yield buffer.take()
    yield buffer.take()


@transaction.atomic
def prune(*, before: datetime) -> int:
    """Forget lines and left-out rows of jobs that were over before that instant; returns how many went."""
    over = AsyncAction.objects.filter(finished_at__lt=before).values("pk")
    lines, _ = AsyncActionNote.objects.filter(action__in=over).delete()
    failures, _ = AsyncActionFailure.objects.filter(action__in=over).delete()
    return lines + failures
