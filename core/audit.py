"""The audit log: one row for each state change, in the same transaction as the change (INVARIANTS U1).

Rows are chained by `seal()`, run by a periodic job: digest = SHA-256(previous digest + the row's facts).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from core.actors import Actor
from core.models import AuditEntry

_FACTS = [
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "channel",
    "action",
    "entity_type",
    "entity_id",
    "entity_label",
    "before",
    "after",
    "request_id",
    "approval_id",
]
_SEAL_LOCK = 7_410_001


def log(
    actor: Actor,
    action: str,
    entity: models.Model,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    approval_id: str = "",
) -> AuditEntry:
    """Write down that `actor` did `action` (`campaign.created`) to `entity`.

    `before` and `after` hold only the fields that matter for a reader; never secrets.
    """
    return AuditEntry.objects.create(
        **entry_fields(actor, action, entity, now=now, before=before, after=after, approval_id=approval_id)
    )


def entry_fields(
    actor: Actor,
    action: str,
    entity: models.Model,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    approval_id: str = "",
) -> dict[str, Any]:
    """The columns of one entry, for callers that write many with `bulk_create`."""
    return {
        "at": now,
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "channel": actor.channel,
        "action": action,
        "entity_type": entity._meta.model_name or "",
        "entity_id": str(getattr(entity, "public_id", None) or entity.pk),
        "entity_label": str(entity)[:200],
        "before": before,
        "after": after,
        "request_id": actor.request_id,
        "approval_id": approval_id or actor.approval_id,
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the keys whose value differs, as a pair for `log(before=…, after=…)`."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}


def _digest(previous: str, entry: AuditEntry) -> str:
    facts = {name: getattr(entry, name) for name in _FACTS}
    facts["at"] = entry.at.isoformat()
    text = json.dumps(facts, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((previous + text).encode()).hexdigest()


@transaction.atomic
def seal(*, older_than: datetime, batch_size: int = 1000) -> int:
    """Chain the next unsealed entries, in id order; returns how many.

    Entries newer than `older_than` wait: a lower id may still be uncommitted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEAL_LOCK])
    entries = list(AuditEntry.objects.filter(digest="", at__lt=older_than).order_by("id")[:batch_size])
    if not entries:
        return 0
    last = AuditEntry.objects.exclude(digest="").order_by("-id").first()
    previous = last.digest if last else ""
    for entry in entries:
        entry.digest = previous = _digest(previous, entry)
    AuditEntry.objects.bulk_update(entries, ["digest"])
    return len(entries)


def broken_links(*, batch_size: int = 2000) -> Iterator[int]:
    """Ids of sealed entries whose digest does not follow from the entry before them."""
    previous = ""
    sealed = AuditEntry.objects.exclude(digest="").order_by("id")
    for entry in sealed.iterator(chunk_size=batch_size):
        if entry.digest != _digest(previous, entry):
            yield entry.pk
        previous = entry.digest
