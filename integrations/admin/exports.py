from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from core import words
from core.admin.pages import Fact, ReadOnlyPageAdmin
from integrations.api.downloads import file_response
from integrations.models import Export

_COLOURS = {
    "Waiting": "info",
    "Running": "primary",
    "Done": "success",
    "Failed": "danger",
    "File removed": "warning",
}


@admin.register(Export)
class ExportAdmin(ReadOnlyPageAdmin):
    """Who took out which data, and the files of the last 30 days."""

    resource = "exports"
    empty_hint = "Files that were asked for over the API are written in the background and listed here."
    list_display = ("what", "state", "file", "rows", "size", "actor_label", "created_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("exported_object", FieldTextFilter),
        ("created_at", RangeDateTimeFilter),
    )
    search_fields = ("public_id__exact", "request_id__exact", "exported_object")
    search_help_text = "A part of what was exported, or the export's whole id."
    ordering = ("-created_at", "-pk")
    fields = ("identifier", "columns", "sorted_by", "conditions", "channel")
    readonly_fields = ("identifier", "columns", "sorted_by", "conditions")
    actions_detail = ("download",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see the list may have the files."""
        return self.allows(request, "export")

    def has_export_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        export = Export.objects.filter(pk=object_id).first()
        return super().get_actions_detail(request, object_id) if export and _has_file(export) else []

    @display(description="What")
    def what(self, export: Export) -> str:
        name = export.exported_object.replace("_", " ").capitalize()
        if name.endswith("y"):
            return f"{name[:-1]}ies"
        return name if name.endswith("s") else f"{name}s"

    @display(description="State", label=_COLOURS, ordering="status")
    def state(self, export: Export) -> str:
        return "File removed" if export.deleted_at else export.get_status_display()

    @display(description="Rows", ordering="rows_count")
    def rows(self, export: Export) -> str:
        return f"{export.rows_count:,}" if _is_done(export) else words.NOTHING

    @display(description="Size", ordering="size_bytes")
    def size(self, export: Export) -> str:
        return filesizeformat(export.size_bytes) if _is_done(export) else words.NOTHING

    @display(description="File")
    def file(self, export: Export) -> str | SafeString:
        if not _has_file(export):
            return words.NOTHING
        return words.link("Download", reverse("admin:integrations_export_download", args=[export.pk]))

    @display(description="Columns")
    def columns(self, export: Export) -> str:
        return ", ".join(export.parameters.get("fields") or ()) or "the usual ones"

    @display(description="Order")
    def sorted_by(self, export: Export) -> str:
        order: str = export.parameters.get("order") or ""
        if not order:
            return "oldest first"
        return f"{order.removeprefix('-')}, {'falling' if order.startswith('-') else 'rising'}"

    @display(description="Only")
    def conditions(self, export: Export) -> str:
        if export.deleted_at:
            return "no longer known"
        filters = {**(export.parameters.get("filters") or {})}
        junction = str(filters.pop("junction", "and")).lower()
        found = {name: _in_words(spec["conditions"]) for name, spec in filters.items()} | export.scope
        if not found:
            return "everything"
        either = {"": "one of these is enough"} if junction == "or" and len(filters) > 1 else {}
        return words.key_values(found | either)

    @display(description="Id")
    def identifier(self, export: Export) -> str:
        return export.public_id

    @action(description="Download", icon="download", variant=ActionVariant.PRIMARY, permissions=["export"])
    def download(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The file as it was written; nothing is changed."""
        export: Export = self.found(request, object_id)
        if not _has_file(export):
            raise Http404
        return file_response(export, content_type="text/csv")

    def title(self, obj: Export) -> str:
        return self.what(obj)

    def lead(self, request: HttpRequest, obj: Export) -> str:
        return (
            f"{self.what(obj)} as a CSV file, asked for by {obj.actor_label} on {words.when(obj.created_at)}."
        )

    def facts(self, request: HttpRequest, obj: Export) -> list[Fact]:
        removed = f"removed on {words.day(obj.deleted_at)}" if obj.deleted_at else ""
        return [
            Fact(title="State", value=self.state(obj), note=obj.failure),
            Fact(title="Rows", value=self.rows(obj)),
            Fact(title="Size", value=self.size(obj), note=removed),
            Fact(title="Time", value=_took(obj)),
        ]


def _is_done(export: Export) -> bool:
    return export.status == Export.Status.DONE


def _has_file(export: Export) -> bool:
    return _is_done(export) and export.deleted_at is None


def _took(export: Export) -> str:
    if export.started_at is None or export.finished_at is None:
        return words.NOTHING
    return f"{(export.finished_at - export.started_at).total_seconds():,.1f} s"


def _in_words(conditions: dict[str, Any]) -> str:
    """`{"$more_than": [5]}` -> more than 5"""
    parts = []
    for operator, operand in conditions.items():
        values = operand if isinstance(operand, list) else [operand]
        texts = ", ".join(str(value) for value in values)
        parts.append(f"{operator.removeprefix('$').replace('_', ' ')} {texts}".strip())
    return " and ".join(parts)
