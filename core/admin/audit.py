from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from unfold.decorators import display

from core import words
from core.admin import audit_filters
from core.admin.base import ReadOnlyAdmin
from core.models import AuditEntry, Seal


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, when, through which door. Nothing here can be changed, not even in the database."""

    resource = "audit"
    empty_hint = "Whatever people, keys and jobs change is written down here, by itself."
    list_display = ("when", "what", "entity", "who", "channel", "address")
    list_filter = (
        ("at", audit_filters.Period),
        audit_filters.Who,
        audit_filters.ActorName,
        audit_filters.KindOfActor,
        audit_filters.Action,
        audit_filters.ObjectKind,
        audit_filters.ObjectId,
        audit_filters.Channel,
        audit_filters.Address,
        audit_filters.RequestId,
        audit_filters.Approval,
    )
    search_fields = ("entity_id", "entity_label", "actor_label", "action", "request_id")
    search_help_text = "Id or name of an object, person, action or request."
    ordering = ("-at", "-id")
    fieldsets = (
        (None, {"fields": ("exactly", "action", "page", "object_id", "changes")}),
        ("By", {"fields": ("who", "kind", "actor_id", "role")}),
        ("From where", {"fields": ("channel", "came_from", "in_request", "by_approval")}),
        ("Seal", {"fields": ("sealed",)}),
    )
    readonly_fields = (
        "exactly",
        "page",
        "object_id",
        "changes",
        "who",
        "kind",
        "role",
        "came_from",
        "in_request",
        "by_approval",
        "sealed",
    )

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
        return f"{capfirst(_kind(entry.entity_type))} {entry.entity_label or entry.entity_id}"

    @display(description="At")
    def exactly(self, entry: AuditEntry) -> str:
        return date_format(timezone.localtime(entry.at), "j M Y, H:i:s.u")

    @display(description="Object")
    def page(self, entry: AuditEntry) -> str | SafeString:
        """As a link to it, where it still is."""
        model = _models().get(entry.entity_type)
        page = self.admin_site._registry.get(model) if model is not None else None
        if model is None or page is None:
            return self.entity(entry)
        names = {field.name for field in model._meta.concrete_fields}
        by = {"public_id": entry.entity_id} if "public_id" in names else {"pk": _whole(entry.entity_id)}
        found = model._base_manager.filter(**by).only("pk").first()
        return self.entity(entry) if found is None else words.link(self.entity(entry), page.url_of(found))

    @display(description="Id of the object")
    def object_id(self, entry: AuditEntry) -> str:
        return entry.entity_id

    @display(description="Kind")
    def kind(self, entry: AuditEntry) -> str:
        return audit_filters.ACTORS.get(entry.actor_kind, entry.actor_kind)

    @display(description="Role")
    def role(self, entry: AuditEntry) -> str:
        return entry.actor_role.capitalize() or words.NOTHING

    @display(description="Address")
    def came_from(self, entry: AuditEntry) -> str | SafeString:
        return self._others("address", entry.address)

    @display(description="Request")
    def in_request(self, entry: AuditEntry) -> str | SafeString:
        return self._others("request_id", entry.request_id)

    @display(description="Approval")
    def by_approval(self, entry: AuditEntry) -> str | SafeString:
        return self._others("approval_id", entry.approval_id)

    def _others(self, parameter: str, value: str) -> str | SafeString:
        """The value, as a link to everything else that has it."""
        if not value:
            return words.NOTHING
        return format_html(
            '<a class="fanfare-link" href="{}?{}={}">{}</a>', self.list_url(), parameter, value, value
        )

    @display(description="Sealed")
    def sealed(self, entry: AuditEntry) -> str | SafeString:
        over = Seal.objects.filter(table=AuditEntry._meta.db_table, last_id__gte=entry.pk).order_by("last_id")
        found = over.values_list("number", "digest", "sealed_at").first()
        if found is None:
            return "Not yet: a minute or two after it was written"
        number, digest, at = found
        return format_html(
            'By seal {} on {}: <span class="break-all">{}</span>', f"{number:,}", words.when(at), digest
        )

    @display(description="Before and after")
    def changes(self, entry: AuditEntry) -> str:
        before, after = dict(_flat(entry.before or {})), dict(_flat(entry.after or {}))
        paths = [path for path in {**before, **after} if before.get(path) != after.get(path)]
        rows = [(_words(path), before.get(path, "–"), after.get(path, "–")) for path in sorted(paths)]
        return render_to_string("core/admin/changes.html", {"rows": rows})


@lru_cache(maxsize=1)
def _models() -> dict[str, type[Model]]:
    return {model._meta.model_name or "": model for model in apps.get_models()}


def _kind(entity_type: str) -> str:
    """What people call a kind of object: `apikey` is an API key."""
    model = _models().get(entity_type)
    return str(model._meta.verbose_name) if model is not None else entity_type


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


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
