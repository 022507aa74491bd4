"""Metadata of many vouchers, by background jobs. Contract: semantics-core 13 (bulk)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from approvals.gate import gated
from core import audit, project
from core.actors import Actor
from core.locking import lock
from core.models import AuditEntry
from core.services import metadata_schemas
from core.services.metadata_schemas import MetadataInvalid
from integrations import rows
from integrations.registry import Row, RowFailure, SliceResult
from integrations.services import async_actions
from promotions.models import Voucher
from promotions.selectors import vouchers as selectors
from promotions.services import versions
from promotions.services.vouchers import metadata_resource

BULK_UPDATE: Final = "VOUCHERS.BULK_UPDATE"
METADATA_UPDATE: Final = "VOUCHERS.METADATA_UPDATE"


@gated("vouchers.update_many")
def start(*, type: str, entries: Iterable[Mapping[str, Any]], actor: Actor, now: datetime) -> str:
    """Note a job that merges `{"code": …, "metadata": {…}}` entries; returns its id."""
    body, rows_count = rows.json_lines(entries)
    action = async_actions.create(type=type, body=body, rows_count=rows_count, actor=actor, now=now)
    return str(action.public_id)


def update_slice(
    entries: Sequence[Row], params: Mapping[str, Any], actor: Actor, now: datetime
) -> SliceResult:
    """Merge metadata per key; unknown codes and metadata against its schema are reported."""
    settings = project.current()
    keys = {row.number: project.code_key(row.value["code"], settings) for row in entries}
    wanted = selectors.present().filter(code_key__in=set(keys.values())).values_list("pk", flat=True)
    locked = [row.pk for row in lock(Voucher.objects.filter(pk__in=list(wanted)).only("pk"))]
    found = {v.code_key: v for v in Voucher.objects.filter(pk__in=locked).select_related("campaign")}
    rulebooks = {name: metadata_schemas.rulebook(resource=name) for name in ("voucher", "campaign")}
    failures: list[RowFailure] = []
    changed: dict[int, Voucher] = {}
    log: list[AuditEntry] = []
    for row in entries:
        voucher, metadata = found.get(keys[row.number]), row.value["metadata"]
        if voucher is None:
            failures.append(_failure(row, "not_found", "There is no voucher with this code."))
            continue
        try:
            rulebooks[metadata_resource(voucher.campaign)].check(metadata=metadata, creating=False)
        except MetadataInvalid as error:
            failures.append(_failure(row, error.key, error.details))
            continue
        before, after = audit.changes(voucher.metadata, {**voucher.metadata, **metadata})
        voucher.metadata, voucher.updated_at = {**voucher.metadata, **metadata}, now
        changed[voucher.pk] = voucher
        if after:
            log.append(_entry(actor, voucher, before, after, now))
    Voucher.objects.bulk_update(changed.values(), ["metadata", "updated_at"], batch_size=500)
    versions.note_all(Voucher, changed, actor=actor, now=now, by_hand=True)
    AuditEntry.objects.bulk_create(log)
    return SliceResult(done=len(entries) - len(failures), failures=failures)


def _entry(
    actor: Actor, voucher: Voucher, before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
) -> AuditEntry:
    fields = audit.entry_fields(
        actor,
        "voucher.updated",
        voucher,
        now=now,
        before={"metadata": before},
        after={"metadata": after},
    )
    return AuditEntry(**fields)


def _failure(row: Row, key: str, reason: str) -> RowFailure:
    return RowFailure(row=row.number, name=row.value["code"], key=key, reason=reason)
