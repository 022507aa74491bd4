"""The next rows of a file, handed to the job that does the work; a trial run does it, too, and takes it back.

So the trial run and the import cannot disagree: both are the same code on the same rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F

from core.actors import Actor
from integrations import import_registry, import_text, registry
from integrations.csv_text import meant
from integrations.import_registry import ImportKind
from integrations.models import AsyncAction, ImportChunk, ImportFile
from integrations.registry import JobType, Row, RowFailure, SliceResult

CHECK: Final = "IMPORTS.CHECK"
FILE: Final = "import_file"
"""The parameter of a job that names its file."""

_OF_PEOPLE: Final = "ADMIN"
# Each row of a piece has a line's end at least.
_MOST_ROWS: Final = import_text.PIECE_LENGTH


@dataclass(frozen=True, kw_only=True)
class Slice:
    """`consumed` rows of the file were looked at, empty lines among them."""

    consumed: int
    result: SliceResult


@dataclass(kw_only=True)
class _Found:
    rows: list[Row] = field(default_factory=list)
    failures: list[RowFailure] = field(default_factory=list)
    consumed: int = 0


class _TakenBack(Exception):
    """The end of a trial run's slice."""


def work(action: AsyncAction, now: datetime, actor: Actor) -> Slice:
    """Do the next slice of a job with a file; in one transaction with the job's progress."""
    file = ImportFile.objects.get(pk=action.params[FILE])
    kind = import_registry.kind(file.kind)
    job_type, is_check = registry.job_type(kind.job_of(file.separator)), action.type == CHECK
    found = read(file, start=action.position, size=job_type.slice_size)
    names = {row.number: kind.name_of(row.value) for row in found.rows}
    there = _there(file, kind, names, is_check=is_check)
    wanted, counts, refused = _sorted_out(file, found.rows, names, set(there))
    how = {"is_csv": bool(file.separator), "is_whole": file.channel == _OF_PEOPLE}
    params = {**file.params, **action.params, **how}
    result = (
        _tried(job_type, wanted, params, actor, now)
        if is_check
        else _done(job_type, wanted, params, actor, now)
    )
    failures = sorted([*found.failures, *refused, *result.failures], key=lambda one: one.row)
    added = _count(wanted, names, there, {one.row for one in result.failures}, counts)
    counts["refused"] = len(failures)
    if is_check:
        _remember(file, added)
    _note(file, counts, is_check=is_check)
    return Slice(consumed=found.consumed, result=replace(result, failures=failures))


def read(file: ImportFile, *, start: int, size: int) -> _Found:
    """Up to `size` rows from position `start`; rows that cannot be read are failures."""
    found = _Found()
    chunks = ImportChunk.objects.filter(file=file, first_row__gt=start - _MOST_ROWS).order_by("first_row")
    chunks = chunks.filter(first_row__lt=start + size, first_row__gt=start - F("rows_count"))
    for chunk in chunks.iterator(chunk_size=4):
        if file.separator:
            _read_csv(file, chunk, start, size, found)
        else:
            _read_json(chunk, start, size, found)
    return found


def _read_csv(file: ImportFile, chunk: ImportChunk, start: int, size: int, found: _Found) -> None:
    names = [(index, name) for index, name in enumerate(file.mapping) if name]
    width, is_marked = len(file.header), "'" in chunk.content
    for number, cells in enumerate(import_text.csv_rows(chunk.content, file.separator), chunk.first_row):
        if not start <= number < start + size:
            continue
        found.consumed += 1
        if not cells:
            continue
        if len(cells) > width and any(cells[width:]):
            reason = f"The row has {len(cells)} cells, the header {width}: is a comma not in quotes?"
            found.failures.append(RowFailure(row=number + 1, reason=reason))
            continue
        if len(cells) < width:
            cells += [""] * (width - len(cells))
        if is_marked:
            cells = [meant(cell) for cell in cells]
        found.rows.append(Row(number=number + 1, value={name: cells[index] for index, name in names}))


def _read_json(chunk: ImportChunk, start: int, size: int, found: _Found) -> None:
    for number, line in enumerate(chunk.content.split("\n")[:-1], chunk.first_row):
        if start <= number < start + size:
            found.consumed += 1
            found.rows.append(Row(number=number + 1, value=json.loads(line, parse_float=Decimal)))


def _there(file: ImportFile, kind: ImportKind, names: Mapping[int, str], *, is_check: bool) -> set[str]:
    """Which of these names are there already, or would be after the slices before."""
    asked = {name for name in names.values() if name}
    there = set(kind.known(asked, file.params)) if asked else set()
    if is_check and action_began(file):
        digests = {_digest(name): name for name in asked - there}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT digest FROM integrations_importkey WHERE file_id = %s AND digest = ANY(%s)",
                [file.pk, list(digests)],
            )
            there |= {digests[digest] for (digest,) in cursor.fetchall()}
    return there


def action_began(file: ImportFile) -> bool:
    """Whether a slice of the trial run is done."""
    return bool(file.check_counts)


def _sorted_out(
    file: ImportFile, rows: Sequence[Row], names: Mapping[int, str], there: set[str]
) -> tuple[list[Row], dict[str, int], list[RowFailure]]:
    """The rows to be written, and what becomes of those that are there already."""
    counts = {"added": 0, "updated": 0, "skipped": 0, "refused": 0}
    if file.on_duplicate == ImportFile.OnDuplicate.UPDATE:
        return list(rows), counts, []
    wanted: list[Row] = []
    refused: list[RowFailure] = []
    for row in rows:
        name = names[row.number]
        if not name or name not in there:
            wanted.append(row)
            there.add(name)
        elif file.on_duplicate == ImportFile.OnDuplicate.SKIP:
            counts["skipped"] += 1
        else:
            reason = f"{name} is there already."
            refused.append(RowFailure(row=row.number, name=name[:255], key="duplicate_found", reason=reason))
    return wanted, counts, refused


def _done(
    job_type: JobType, rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    return job_type.handler(rows, params, actor, now) if rows else SliceResult(done=0)


def _tried(
    job_type: JobType, rows: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    try:
        with transaction.atomic():
            result = _done(job_type, rows, params, actor, now)
            raise _TakenBack
    except _TakenBack:
        return result


def _count(
    rows: Sequence[Row], names: Mapping[int, str], there: set[str], failed: set[int], counts: dict[str, int]
) -> list[str]:
    """Count what was added and updated; returns the new names."""
    added: list[str] = []
    for row in rows:
        if row.number in failed:
            continue
        name = names[row.number]
        if name and name in there:
            counts["updated"] += 1
            continue
        counts["added"] += 1
        if name:
            there.add(name)
            added.append(name)
    return added


def _remember(file: ImportFile, names: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrations_importkey (file_id, digest) "
            "SELECT %s, unnest(%s::bigint[]) ON CONFLICT DO NOTHING",
            [file.pk, [_digest(name) for name in names]],
        )


def _note(file: ImportFile, counts: Mapping[str, int], *, is_check: bool) -> None:
    column = "check_counts" if is_check else "run_counts"
    before: dict[str, int] = getattr(file, column)
    setattr(file, column, {name: before.get(name, 0) + count for name, count in counts.items()})
    file.save(update_fields=[column])


def _digest(name: str) -> int:
    found = hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(found, signed=True)
