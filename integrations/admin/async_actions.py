from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import places, words
from core.admin.base import staff_actor
from core.admin.dialogs import DialogsMixin
from core.admin.pages import Panel, ReadOnlyPageAdmin
from integrations import registry
from integrations.admin import job_cells, job_progress
from integrations.models import AsyncAction
from integrations.services import async_actions, job_log
from integrations.services.job_reports import OPEN

_SHOWN_LINES: Final = 100


class JobKindFilter(DropdownFilter):  # type: ignore[misc]
    """Names instead of the words of the wire."""

    title = "kind"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = [(one.name, job_progress.what(AsyncAction(type=one.name))) for one in registry.job_types()]
        return sorted(found, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AsyncAction]) -> QuerySet[AsyncAction]:
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(AsyncAction)
class AsyncActionAdmin(DialogsMixin, ReadOnlyPageAdmin):
    """Long work: imports, bulk changes, many codes. It goes on by itself, also after a restart."""

    resource = "async_actions"
    empty_hint = "Imports and large batches of codes run in the background and are listed here."
    change_form_outer_before_template = "integrations/admin/job_head.html"
    list_after_template = "integrations/admin/jobs_live.html"
    list_display = ("what", "state", "percent", "rows", "left_out_rows", "asked_by", "created_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        JobKindFilter,
        ("created_at", RangeDateTimeFilter),
    )
    search_fields = ("public_id__exact", "request_id__exact", "type")
    search_help_text = "A part of the job's kind, or its whole id."
    ordering = ("-created_at", "-pk")
    fields = ("identifier", "asked_by", "created_at", "started_at", "finished_at")
    readonly_fields = ("identifier", "asked_by")
    actions_detail = ("cancel", "left_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AsyncAction]:
        return places.own(super().get_queryset(request)).defer("body")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("live/", view(self.live_view), name="integrations_asyncaction_live"),
            path(
                "<path:object_id>/progress/",
                view(self.progress_view),
                name="integrations_asyncaction_progress",
            ),
        ]
        return own + super().get_urls()

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        found.live_url = job_cells.live_url(found.result_list)
        return found

    def live_view(self, request: HttpRequest) -> HttpResponse:
        """The cells of the jobs that the list shows, as they are now; it asks again while one is open."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return job_cells.answer(request, self.get_queryset(request))

    def progress_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The bar as it is now; pages with a running job ask for it again and again."""
        job = self.found(request, object_id)
        if not self.has_view_permission(request, job):
            raise Http404
        return job_progress.answer(request, job)

    def has_cancel_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "modify")

    def has_export_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The rows name customers."""
        return self.allows(request, "export")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        job = AsyncAction.objects.defer("body").filter(pk=object_id).first()
        if job is None:
            return []
        known = registry.known(job.type)
        wanted = set()
        if job.status in OPEN and not (known and known.must_end):
            wanted.add("integrations_asyncaction_cancel")
        if job.failed_count:
            wanted.add("integrations_asyncaction_left_out")
        found = super().get_actions_detail(request, object_id)
        return [button for button in found if button.action_name in wanted]

    @action(
        description="Cancel",
        icon="cancel",
        permissions=["cancel"],
        dialog={
            "title": "Cancel this job?",
            "description": "It stops within seconds. What is done by then stays done.",
            "form_submit_text": "Cancel the job",
        },
    )
    def cancel(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(job: AsyncAction) -> str:
            async_actions.cancel(public_id=job.public_id, actor=staff_actor(request), now=timezone.now())
            return "Cancelled. What was done stays done."

        return self.confirmed(request, object_id, do)

    @action(
        description="Left-out rows as CSV",
        icon="download",
        variant=ActionVariant.PRIMARY,
        permissions=["export"],
    )
    def left_out(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Every row that was left out, by its number in the file that was sent."""
        job: AsyncAction = self.found(request, object_id)
        return FileResponse(
            job_log.failures_csv(job),
            as_attachment=True,
            filename=f"left-out-{job.public_id}.csv",
            content_type="text/csv; charset=utf-8",
        )

    @display(description="Job")
    def what(self, job: AsyncAction) -> str:
        return job_progress.what(job)

    @display(description="State", ordering="status")
    def state(self, job: AsyncAction) -> str:
        return job_cells.cell(job, "state")

    @display(description="Progress", ordering="progress")
    def percent(self, job: AsyncAction) -> str:
        return job_cells.cell(job, "bar")

    @display(description="Rows")
    def rows(self, job: AsyncAction) -> str:
        return job_cells.cell(job, "rows")

    @display(description="Left out", ordering="failed_count")
    def left_out_rows(self, job: AsyncAction) -> str:
        return job_cells.cell(job, "left-out")

    @display(description="Asked for by", ordering="actor_label")
    def asked_by(self, job: AsyncAction) -> str:
        return job.actor_label

    @display(description="Id")
    def identifier(self, job: AsyncAction) -> str:
        return job.public_id

    def called(self, row: AsyncAction) -> str:
        return self.what(row)

    def title(self, obj: AsyncAction) -> str:
        return self.what(obj)

    def lead(self, request: HttpRequest, obj: AsyncAction) -> str:
        return f"{self.what(obj)}, asked for by {obj.actor_label} on {words.when(obj.created_at)}."

    def panels(self, request: HttpRequest, obj: AsyncAction) -> list[Panel]:
        found = [_log(obj)]
        if obj.failed_count:
            found.append(_left_out(obj, may_have_all=self.has_export_permission(request)))
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        progress = job_progress.of(obj, timezone.now(), reloads=True) if obj is not None else None
        context = {**context, "progress": progress}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def _log(job: AsyncAction) -> Panel:
    lines = list(job.notes.order_by("-pk")[:_SHOWN_LINES])
    return Panel(
        key="log",
        title="Log",
        headers=("When", "What"),
        rows=[
            (words.when(line.at), words.label(line.text, "warning") if line.is_problem else line.text)
            for line in lines
        ],
        empty="Nothing was written down, or it was so long ago that it is gone.",
    )


def _left_out(job: AsyncAction, *, may_have_all: bool) -> Panel:
    url = reverse("admin:integrations_asyncaction_left_out", args=[job.pk])
    return Panel(
        key="left-out",
        title="Left-out rows",
        headers=("Row", "What", "Reason"),
        rows=[
            (f"{one.row:,}", one.name or words.NOTHING, one.reason)
            for one in job.failures.order_by("row", "pk")[:_SHOWN_LINES]
        ],
        empty="They are no longer known.",
        all_url=url if may_have_all else "",
        all_label=f"All {job.failed_count:,} as a CSV file",
    )
