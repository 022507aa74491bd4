"""Files of rows: taken in, given a meaning, emptied when they are done with (contract: data file 9).

The file is read once, as a stream, and kept as rows of PostgreSQL: whichever worker goes on with it finds it
there, and a file of any size needs a few hundred kilobytes of memory.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, chain
from typing import Any, Final

from django.db import transaction

from core import audit
from core.actors import Actor
from core.api.fields import plain
from core.errors import InvalidPayload, MissingPermission
from core.locking import lock
from integrations import import_registry, import_text
from integrations.import_registry import ImportKind
from integrations.import_text import Piece
from integrations.models import ImportChunk, ImportFile, ImportKey

_SAMPLE_ROWS: Final = 5
_SAMPLE_CELL: Final = 200
_STORED_AT_ONCE: Final = 8
_JSON_NAMES: Final = (".json", ".jsonl", ".ndjson")
# What programs on Windows wrote before UTF-8; every sheet saved in Western Europe can be read with it.
_OLD_ENCODING: Final = "cp1252"


class ImportIsOver(InvalidPayload):
    """The rows are gone, or on their way."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file as it arrived; `pieces()` reads it from its beginning, as often as it is asked to."""

    name: str
    size_bytes: int
    pieces: Callable[[], Iterable[bytes]]


@dataclass(kw_only=True)
class _Read:
    """What is known of a file once its last piece has been read."""

    digest: Any = field(default_factory=hashlib.sha256)
    rows_count: int = 0

    def watched(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.digest.update(piece)
            yield piece


@transaction.atomic
def receive(
    *,
    kind: str,
    sent: Sent,
    actor: Actor,
    now: datetime,
    is_strict: bool = False,
    params: Mapping[str, Any] | None = None,
) -> ImportFile:
    """Keep a file. `is_strict`: a contract's file, UTF-8 with commas and its own words in the header.

    Otherwise encoding and separator are found out, and the meaning of the columns is guessed.

    :raises InvalidPayload: no text, no header, not CSV or JSON.
    :raises MissingPermission: the actor may not import such things.
    """
    described = import_registry.kind(kind)
    permit(described, actor)
    file = ImportFile(
        kind=kind,
        name=sent.name[:255],
        size_bytes=sent.size_bytes,
        params=dict(params or {}),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_label=actor.label,
        channel=actor.channel,
        created_at=now,
    )
    head = next(iter(sent.pieces()), b"")
    encoding = import_text.encoding_of(head, strict=is_strict)
    try:
        with transaction.atomic():
            _keep(file, described, sent, encoding, is_strict=is_strict)
    except import_text.Undecodable:
        if is_strict or encoding != "utf-8":
            raise
        file.pk = None
        _keep(file, described, sent, _OLD_ENCODING, is_strict=False)
    facts = {"file": file.name, "sha256": file.sha256, "rows": file.rows_count}
    audit.log(actor, "import.received", file, now=now, after=facts)
    return file


@transaction.atomic
def receive_values(
    *,
    kind: str,
    values: Sequence[Any],
    actor: Actor,
    now: datetime,
    params: Mapping[str, Any] | None = None,
) -> ImportFile:
    """Keep the rows of a request as if they had come in a file of JSON.

    :raises MissingPermission: the actor may not import such things.
    """
    text = json.dumps(plain(values), ensure_ascii=False).encode()
    sent = Sent(name="request.json", size_bytes=len(text), pieces=lambda: (text,))
    return receive(kind=kind, sent=sent, actor=actor, now=now, params=params)


def permit(kind: ImportKind, actor: Actor) -> None:
    """:raises MissingPermission: the actor may neither import such things nor ask for it."""
    if not actor.gets_to(kind.permission):
        raise MissingPermission(f"{actor.label} lacks the permission {kind.permission}.")


@transaction.atomic
def settle(
    *, file_id: int, mapping: Sequence[str], on_duplicate: str, actor: Actor, now: datetime
) -> ImportFile:
    """Say what the columns are, and what happens to rows that are there already.

    :raises InvalidPayload: a column is missing or said twice.
    :raises ImportIsOver: the import has begun.
    """
    file = locked_open(file_id)
    kind = import_registry.kind(file.kind)
    permit(kind, actor)
    if file.run_job_id is not None:
        raise ImportIsOver("The import has begun; its columns stay as they are.")
    if file.separator:
        check_mapping(kind, file.header, mapping)
        file.mapping = list(mapping)
    file.on_duplicate = ImportFile.OnDuplicate(on_duplicate)
    file.check_job, file.check_counts, file.updated_at = None, {}, now
    file.save(update_fields=["mapping", "on_duplicate", "check_job", "check_counts", "updated_at"])
    ImportKey.objects.filter(file=file).delete()
    return file


def check_mapping(kind: ImportKind, header: Sequence[str], mapping: Sequence[str]) -> None:
    """:raises InvalidPayload: not one meaning for each word, one meant twice, or a needed one missing."""
    if len(mapping) != len(header):
        raise InvalidPayload("Every column of the file needs a meaning, or is left out.")
    said = [name for name in mapping if name]
    twice = next((name for name in said if said.count(name) > 1), None)
    if twice is not None:
        column = kind.column(twice)
        raise InvalidPayload(f"Two columns are {column.label if column else twice}: leave one out.")
    for group in kind.needs:
        if not set(group) & set(said):
            labels = " or ".join(column.label for name in group if (column := kind.column(name)))
            raise InvalidPayload(f"Say which column is {labels}.")


@transaction.atomic
def empty(*, file_id: int, now: datetime) -> None:
    """Take the rows away, and what was copied of them. Safe to repeat."""
    rows = lock(ImportFile.objects.filter(pk=file_id, emptied_at=None))
    if not rows:
        return
    file = rows[0]
    ImportChunk.objects.filter(file=file).delete()
    ImportKey.objects.filter(file=file).delete()
    file.emptied_at, file.sample = now, []
    file.save(update_fields=["emptied_at", "sample"])


def prune(*, before: datetime, now: datetime, batch_size: int = 100) -> int:
    """Empty files that came before that instant and were never imported; returns how many."""
    old = ImportFile.objects.filter(created_at__lt=before, emptied_at=None, run_job=None).order_by("pk")
    for pk in (pks := list(old.values_list("pk", flat=True)[:batch_size])):
        empty(file_id=pk, now=now)
    return len(pks)


def locked_open(file_id: int) -> ImportFile:
    """The file, locked.

    :raises ImportIsOver: its rows are gone.
    """
    rows = lock(ImportFile.objects.filter(pk=file_id, emptied_at=None))
    if not rows:
        raise ImportIsOver("The rows of this file are gone: send it again.")
    return rows[0]


def _keep(file: ImportFile, kind: ImportKind, sent: Sent, encoding: str, *, is_strict: bool) -> None:
    read = _Read()
    text = import_text.decoded(read.watched(sent.pieces()), encoding)
    file.encoding = encoding
    first = next(text, "")
    is_json = not is_strict and (first.lstrip()[:1] in ("[", "{") or sent.name.lower().endswith(_JSON_NAMES))
    text = chain((first,), text)
    pieces = _json(file, kind, text) if is_json else _csv(file, kind, text, is_strict=is_strict)
    # The row itself comes first: the pieces refer to it.
    file.save(force_insert=True)
    for some in batched(pieces, _STORED_AT_ONCE):
        ImportChunk.objects.bulk_create(
            ImportChunk(file=file, first_row=one.first_row, rows_count=one.rows_count, content=one.content)
            for one in some
        )
        if not file.sample:
            file.sample = _sample(file, some[0])
        read.rows_count = some[-1].first_row + some[-1].rows_count
    file.sha256, file.rows_count = read.digest.hexdigest(), read.rows_count
    file.save(update_fields=["sha256", "rows_count", "sample"])


def _csv(file: ImportFile, kind: ImportKind, text: Iterator[str], *, is_strict: bool) -> Iterator[Piece]:
    source = import_text.lines(text)
    first = next(source, "")
    file.separator = "," if is_strict else import_text.separator_of(first)
    file.header = import_text.header_of(chain((first,), source), file.separator)
    meaning = kind.exact_mapping if is_strict else kind.guessed_mapping
    file.mapping = meaning(file.header)
    return import_text.csv_pieces(source, file.separator)


def _json(file: ImportFile, kind: ImportKind, text: Iterator[str]) -> Iterator[Piece]:
    if not kind.json_job:
        raise InvalidPayload(f"{kind.label} are imported from CSV files.")
    file.separator = ""
    return import_text.json_pieces(import_text.json_values(text))


def _sample(file: ImportFile, piece: Piece) -> list[Any]:
    """The first rows, for people to see."""
    if not file.separator:
        return piece.content.splitlines()[:_SAMPLE_ROWS]
    rows = import_text.csv_rows(piece.content, file.separator)
    found = (cells for cells in rows if cells)
    return [
        [cell[:_SAMPLE_CELL] for cell in cells[: len(file.header)]]
        for cells, _ in zip(found, range(_SAMPLE_ROWS), strict=False)
    ]
