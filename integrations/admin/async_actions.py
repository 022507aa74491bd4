from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from core import words
from core.admin.pages import Fact, ReadOnlyPageAdmin
from integrations.models import AsyncAction

_COLOURS = {"Waiting": "info", "Running": "primary", "Done": "success", "Failed": "danger"}


@admin.register(AsyncAction)
class AsyncActionAdmin(ReadOnlyPageAdmin):
    """Long work: imports, bulk changes, many codes. It goes on by itself, also after a restart."""

    resource = "async_actions"
    empty_hint = "Imports and large batches of codes run in the background and are listed here."
    list_display = ("what", "state", "percent", "rows", "failed_count", "actor_label", "created_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("type", FieldTextFilter),
        ("created_at", RangeDateTimeFilter),
    )
    search_fields = ("public_id__exact", "request_id__exact", "type")
    search_help_text = "A part of the job's kind, or its whole id."
    ordering = ("-created_at", "-pk")
    fields = (
        "what",
        "state",
        "percent",
        "actor_label",
        "created_at",
        "started_at",
        "finished_at",
        "came_out",
    )
    readonly_fields = ("what", "state", "percent", "came_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AsyncAction]:
        return super().get_queryset(request).defer("body")

    @display(description="Job")
    def what(self, job: AsyncAction) -> str:
        noun, _, verb = job.type.partition(".")
        return f"{noun} {verb}".strip().replace("_", " ").replace(".", " ").capitalize()

    @display(description="State", label=_COLOURS, ordering="status")
    def state(self, job: AsyncAction) -> str:
        return job.get_status_display()

    @display(description="Progress", ordering="progress")
    def percent(self, job: AsyncAction) -> str:
        return format_html(
            '<progress class="fanfare-progress" max="100" value="{}"></progress> {} %',
            job.progress,
            job.progress,
        )

    @display(description="Rows")
    def rows(self, job: AsyncAction) -> str:
        return f"{job.position:,} of {job.rows_count:,}"

    @display(description="What came out")
    def came_out(self, job: AsyncAction) -> str:
        return words.key_values(job.result if isinstance(job.result, dict) else None)

    def title(self, obj: AsyncAction) -> str:
        return self.what(obj)

    def lead(self, request: HttpRequest, obj: AsyncAction) -> str:
        return f"{self.what(obj)}, asked for by {obj.actor_label} on {words.when(obj.created_at)}."

    def facts(self, request: HttpRequest, obj: AsyncAction) -> list[Fact]:
        seconds: Any = f"{obj.processing_time / 1000:,.1f} s"
        return [
            Fact(title="State", value=self.state(obj)),
            Fact(title="Progress", value=f"{obj.progress} %", note=self.rows(obj)),
            Fact(title="Done", value=f"{obj.done_count:,}"),
            Fact(title="Failed", value=f"{obj.failed_count:,}"),
            Fact(title="Time", value=seconds),
        ]
