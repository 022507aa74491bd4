from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from core.admin.base import ReadOnlyAdmin
from core.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, when, through which door. Nothing here can be changed, not even in the database."""

    resource = "audit"
    list_display = ("at", "action", "entity", "actor_label", "channel", "is_sealed")
    list_filter = (
        ("at", RangeDateTimeFilter),
        ("action", FieldTextFilter),
        ("entity_type", FieldTextFilter),
        ("actor_label", FieldTextFilter),
        ("channel", FieldTextFilter),
    )
    search_fields = ("entity_id", "entity_label", "actor_label", "action", "request_id")
    search_help_text = "Id or name of an object, person, action or request."
    ordering = ("-at", "-id")
    fieldsets = (
        (None, {"fields": ("at", "action", "entity", "changes")}),
        ("By", {"fields": ("actor_label", "actor_kind", "actor_id", "channel", "request_id", "approval_id")}),
        ("Seal", {"fields": ("is_sealed", "digest")}),
    )
    readonly_fields = ("entity", "changes", "is_sealed")

    @display(description="Object")
    def entity(self, entry: AuditEntry) -> str:
        name = entry.entity_type.replace("_", " ")
        return f"{name} {entry.entity_label or entry.entity_id}"

    @display(description="Sealed", boolean=True)
    def is_sealed(self, entry: AuditEntry) -> bool:
        return entry.digest != ""

    @display(description="Before and after")
    def changes(self, entry: AuditEntry) -> str:
        before, after = entry.before or {}, entry.after or {}
        rows = [(name, _shown(before, name), _shown(after, name)) for name in sorted({*before, *after})]
        return render_to_string("core/admin/changes.html", {"rows": rows})


def _shown(values: dict[str, Any], name: str) -> str:
    """A stored value as people read it."""
    value = values.get(name)
    if name not in values or value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        return str(value)
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
