"""The audit log as a CSV file, for `integrations.export_registry`: core knows nothing of exports."""

from __future__ import annotations

from typing import Final

from core.api.filters import DateTime, Text
from core.api.views_audit import FILTERS
from core.audit import OF_PEOPLE_AND_KEYS
from core.models import AuditEntry
from integrations import export_registry
from integrations.export_registry import Cell, ExportedObject, column, json_object


def register() -> None:
    """Tell `integrations` what can be exported."""
    export_registry.register(AUDIT_ENTRIES)


def _public_id(number: int) -> str:
    return f"{AuditEntry.PREFIX}_{number}"


AUDIT_ENTRIES: Final = ExportedObject(
    name="audit_entry",
    resource="audit",
    # Whoever may see the list of exports may have the files; what happened to people and keys is for few.
    rows=lambda now: AuditEntry.objects.exclude(entity_type__in=OF_PEOPLE_AND_KEYS),
    fields={
        "id": Cell(columns=("pk",), show=_public_id),
        "created_at": column("at"),
        **{name: column(path) for name, path in FILTERS.items()},
        "related_object_name": column("entity_label"),
        "before": json_object("before"),
        "after": json_object("after"),
    },
    default_fields=(
        "id",
        "created_at",
        "actor_name",
        "actor_kind",
        "action",
        "related_object_type",
        "related_object_id",
        "related_object_name",
        "channel",
        "address",
        "request_id",
        "approval_id",
        "before",
        "after",
    ),
    orders={"created_at": "at"},
    filters={**{name: Text(path) for name, path in FILTERS.items()}, "created_at": DateTime("at")},
)
