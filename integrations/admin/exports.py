from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from core import places, words
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
    empty_hint = "Files that were asked for, on a list or over the API, are written in the background."
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
    change_form_outer_before_template = "integrations/admin/export_head.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        return places.own(super().get_queryset(request))  # type: ignore[no-any-return]

    def get_urls(self) -> list[URLPattern]:
        progress = path(
            "<path:object_id>/progress/",
            self.admin_site.admin_view(self.progress_view),
            name="integrations_export_progress",
        )
        return [progress, *super().get_urls()]

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How far the file is now; the page loads anew when it is done."""
        export: Export = self.found(request, object_id)
        if not self.has_view_permission(request, export):
            raise PermissionDenied
        answer = render(request, "integrations/admin/export_progress.html", self._progress(export))
        if export.finished_at is not None:
            answer.headers["HX-Refresh"] = "true"
        return answer

    def _progress(self, export: Export) -> dict[str, Any]:
        url = reverse("admin:integrations_export_progress", args=[export.pk])
        return {"export": export, "is_open": export.finished_at is None, "progress_url": url}

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None:
            context = {**context, **self._progress(obj)}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

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
        if export.status == Export.Status.IN_PROGRESS and export.rows_count:
            return f"{words.number(export.rows_count)} so far"
        return words.number(export.rows_count) if _is_done(export) else words.NOTHING

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
        if export.screen:
            found["list"] = _screen_in_words(export.screen)
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


def _screen_in_words(screen: dict[str, str]) -> str:
    """`{"query": "q=anna&status=PAID"}` -> searched for anna, status PAID"""
    pairs = QueryDict(screen.get("query", "")).items()
    said = [
        f"searched for {value}" if name == "q" else f"{name.replace('__', ' ').replace('_', ' ')} {value}"
        for name, value in pairs
        if value
    ]
    return ", ".join(said) or "all that it shows"


def _in_words(conditions: dict[str, Any]) -> str:
    """`{"$more_than": [5]}` -> more than 5"""
    parts = []
    for operator, operand in conditions.items():
        values = operand if isinstance(operand, list) else [operand]
        texts = ", ".join(str(value) for value in values)
        parts.append(f"{operator.removeprefix('$').replace('_', ' ')} {texts}".strip())
    return " and ".join(parts)
