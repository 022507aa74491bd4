"""Many customers or products at once, merged by `source_id` with a handful of statements for each batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from commerce.models import Customer, Product
from commerce.services import recordsets
from core import audit
from core.actors import Actor
from core.locking import lock
from core.models import AuditEntry
from core.services.metadata_schemas import MetadataInvalid, Rulebook

BATCH_SIZE: Final = 2000
_ATTEMPTS: Final = 3

type Row = Customer | Product


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A spec that was left out: its place in the input (from 0), its name, and an error."""

    index: int
    source_id: str
    key: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BulkResult:
    created: int = 0
    updated: int = 0
    rejected: tuple[Rejected, ...] = ()

    @property
    def done(self) -> int:
        return self.created + self.updated

    def plus(self, other: BulkResult) -> BulkResult:
        return BulkResult(
            created=self.created + other.created,
            updated=self.updated + other.updated,
            rejected=self.rejected + other.rejected,
        )


@dataclass(frozen=True, kw_only=True)
class Noun[R: (Customer, Product)]:
    """What differs between the nouns. `refusal` says why a stored row must stay as it is, or None."""

    name: str
    model: type[R]
    columns: Sequence[str]
    make: Callable[[Any], R]
    refusal: Callable[[R], str | None]
    rules: Rulebook


@dataclass(kw_only=True)
class _Batch:
    created: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def upsert[R: (Customer, Product)](
    noun: Noun[R], specs: Iterable[Any], *, actor: Actor, now: datetime, batch_size: int = BATCH_SIZE
) -> BulkResult:
    """Create or merge; a later spec of the same name wins over an earlier one, field by field.

    Each batch is one transaction (or part of the caller's). One audit row for each change, no
    events: bulk writes send no webhooks (contract: data file 3.5).
    """
    total = BulkResult()
    for chunk in batched(enumerate(specs), batch_size):
        with transaction.atomic():
            total = total.plus(_write(noun, chunk, actor, now))
    return total


def _write[R: (Customer, Product)](
    noun: Noun[R], chunk: Sequence[tuple[int, Any]], actor: Actor, now: datetime
) -> BulkResult:
    batch: _Batch = _Batch()
    waiting: Sequence[tuple[int, Any]] = chunk
    for _ in range(_ATTEMPTS):
        waiting = _pass(noun, waiting, batch, actor, now)
        if not waiting:
            break
    for index, spec in waiting:
        batch.rejected.append(_rejected(index, spec, "multiple_requests", "It is being changed elsewhere."))
    if batch.audit:
        recordsets.insert(AuditEntry, batch.audit, columns=[*batch.audit[0]])
    return BulkResult(created=len(batch.created), updated=len(batch.updated), rejected=tuple(batch.rejected))


def _pass[R: (Customer, Product)](
    noun: Noun[R], chunk: Sequence[tuple[int, Any]], batch: _Batch, actor: Actor, now: datetime
) -> list[tuple[int, Any]]:
    """Write what can be written; returns the specs whose row somebody else inserted at the same moment."""
    known = _known(noun.model, [spec for _, spec in chunk])
    fresh: dict[str, tuple[R, list[tuple[int, Any]]]] = {}
    nameless: list[R] = []
    touched: dict[int, R] = {}
    for index, spec in chunk:
        row = known.get(spec.id or spec.source_id or "")
        complaint = _complaint(noun, spec, row)
        if complaint is not None:
            batch.rejected.append(_rejected(index, spec, *complaint))
        elif row is not None:
            _apply(row, spec)
            touched[row.pk] = row
        elif not spec.source_id:
            nameless.append(_made(noun, spec, now))
        elif spec.source_id in fresh:
            _apply(fresh[spec.source_id][0], spec)
            fresh[spec.source_id][1].append((index, spec))
        else:
            fresh[spec.source_id] = (_made(noun, spec, now), [(index, spec)])
    lost: set[str] = _insert(noun, fresh, nameless)
    _update(noun, touched, now)
    created = [*nameless, *(row for name, (row, _) in fresh.items() if name not in lost)]
    batch.created += created
    batch.updated += touched.values()
    for action, rows in (("created", created), ("updated", touched.values())):
        batch.audit += [
            audit.entry_fields(actor, f"{noun.name}.{action}", row, now=now, after={"bulk": True})
            for row in rows
        ]
    return [entry for name in lost for entry in fresh[name][1]]


def _known[R: (Customer, Product)](model: type[R], specs: Sequence[Any]) -> dict[str, R]:
    """The stored rows that the specs mean, locked, by id and by `source_id`."""
    ids = [spec.id for spec in specs if spec.id]
    names = [spec.source_id for spec in specs if spec.source_id and not spec.id]
    wanted = Q(source_id__in=names) | Q(public_id__in=ids) if ids else Q(source_id__in=names)
    rows = lock(model._default_manager.filter(wanted))
    return {key: row for row in rows for key in (row.source_id, row.public_id) if key}


def _complaint[R: (Customer, Product)](noun: Noun[R], spec: Any, row: R | None) -> tuple[str, str] | None:
    if row is None and spec.id:
        return "not_found", f"Cannot find {noun.name} with id {spec.id}"
    refusal = noun.refusal(row) if row is not None else None
    if refusal is not None:
        return "duplicate_found", refusal
    try:
        noun.rules.check(metadata=spec.metadata, creating=row is None)
    except MetadataInvalid as error:
        return error.key, error.details
    return None


def _made[R: (Customer, Product)](noun: Noun[R], spec: Any, now: datetime) -> R:
    row = noun.make(spec)
    row.created_at = now
    return row


def _apply(row: Row, spec: Any) -> None:
    for name, value in spec.changes_to(row).items():
        setattr(row, name, value)


def _insert[R: (Customer, Product)](
    noun: Noun[R], fresh: Mapping[str, tuple[R, Any]], nameless: Sequence[R]
) -> set[str]:
    """Insert in one order, so that two jobs never wait for each other in a ring; names that were taken."""
    rows = [*nameless, *(fresh[name][0] for name in sorted(fresh))]
    if not rows:
        return set()
    columns = recordsets.columns_of(noun.model)
    recordsets.insert(noun.model, (recordsets.record(row, columns) for row in rows), columns=columns)
    stored = noun.model._default_manager.filter(source_id__in=list(fresh)).values_list(
        "source_id", "public_id"
    )
    return {name for name, public_id in stored if name and fresh[name][0].public_id != public_id}


def _update[R: (Customer, Product)](noun: Noun[R], touched: Mapping[int, R], now: datetime) -> None:
    """One INSERT … ON CONFLICT for the whole batch: the rows exist and are locked."""
    for row in touched.values():
        row.updated_at = now
    if touched:
        columns = recordsets.columns_of(noun.model, with_key=True)
        recordsets.insert(
            noun.model,
            (recordsets.record(row, columns) for row in touched.values()),
            columns=columns,
            conflict_column="id",
            update=[*noun.columns, "metadata", "updated_at"],
        )


def _rejected(index: int, spec: Any, key: str, reason: str) -> Rejected:
    return Rejected(index=index, source_id=spec.source_id or spec.id or "", key=key, reason=reason)
