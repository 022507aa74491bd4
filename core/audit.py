"""The audit log: one row for each state change, in the same transaction as the change (INVARIANTS U1).

Rows are final at once and sealed later, by a job (`core.services.sealing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import models

from core.actors import Actor
from core.models import AuditEntry

OF_PEOPLE_AND_KEYS: Final = ("user", "group", "apikey", "secondfactor", "backupcode")
"""Kinds of objects of which only administrators read what was changed."""


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
        "actor_role": str(actor.role),
        "channel": actor.channel,
        "address": actor.address[:64],
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


def readable_by(actor: Actor) -> models.QuerySet[AuditEntry]:
    """The entries that an actor may read: those of people and keys only who may change these."""
    rows = AuditEntry.objects.all()
    return rows if actor.may("api_keys.modify") else rows.exclude(entity_type__in=OF_PEOPLE_AND_KEYS)
