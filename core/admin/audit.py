from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.text import capfirst
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from core.admin.base import ReadOnlyAdmin
from core.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, when, through which door. Nothing here can be changed, not even in the database."""

    resource = "audit"
    list_display = ("when", "what", "entity", "who", "channel")
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
        (None, {"fields": ("at", "action", "entity", "entity_id", "changes")}),
        ("By", {"fields": ("who", "actor_kind", "actor_id", "channel", "request_id", "approval_id")}),
        ("Seal", {"fields": ("is_sealed", "digest")}),
    )
    readonly_fields = ("when", "what", "who", "entity", "changes", "is_sealed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Without the changes of what the person's role does not open: people, groups, keys."""
        rows = super().get_queryset(request)
        pages = self.admin_site._registry.items()
        hidden = [model._meta.model_name for model, page in pages if not page.has_view_permission(request)]
        return rows.exclude(entity_type__in=hidden) if hidden else rows

    @display(description="When", ordering="at")
    def when(self, entry: AuditEntry) -> datetime:
        return entry.at

    @display(description="What", ordering="action")
    def what(self, entry: AuditEntry) -> str:
        """`api_key.blocked` of an API key is just “Blocked”."""
        return capfirst(entry.action.rpartition(".")[2].replace("_", " "))

    @display(description="Who", ordering="actor_label")
    def who(self, entry: AuditEntry) -> str:
        return entry.actor_label

    @display(description="Object")
    def entity(self, entry: AuditEntry) -> str:
        name = _kinds().get(entry.entity_type, entry.entity_type)
        return f"{capfirst(name)} {entry.entity_label or entry.entity_id}"

    @display(description="Sealed", boolean=True)
    def is_sealed(self, entry: AuditEntry) -> bool:
        return entry.digest != ""

    @display(description="Before and after")
    def changes(self, entry: AuditEntry) -> str:
        before, after = dict(_flat(entry.before or {})), dict(_flat(entry.after or {}))
        paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
        rows = [(_words(path), before.get(path, "–"), after.get(path, "–")) for path in sorted(paths)]
        return render_to_string("core/admin/changes.html", {"rows": rows})


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    """What people call the kinds of objects: `apikey` is an API key."""
    return {model._meta.model_name or "": str(model._meta.verbose_name) for model in apps.get_models()}


def _flat(values: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each value with the way to it, so that of a big object only the part that changed is shown."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, (*path, name))
        else:
            yield (*path, name), _shown(value)


def _shown(value: Any) -> str:
    """A stored value as people read it."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)


def _words(path: tuple[str, ...]) -> str:
    return " › ".join(name.replace("_", " ") for name in path)
