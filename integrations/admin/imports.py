"""Files into the system: chosen, understood, tried, imported; and what became of all of them."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from core import places, words
from core.admin.base import sentence, staff_actor, tell_refusal
from core.admin.pages import ReadOnlyPageAdmin
from core.errors import DomainError
from integrations import import_registry
from integrations.admin import job_progress
from integrations.admin.import_forms import ColumnsForm, UploadForm, open_to
from integrations.api.uploads import sent
from integrations.models import AsyncActionFailure, ImportFile
from integrations.selectors import imports as known
from integrations.services import import_files, imports
from integrations.services.job_reports import OPEN

_COLOURS: Final = {
    "Columns to be settled": "info",
    "Being tried": "primary",
    "Tried": "info",
    "Running": "primary",
    "Done": "success",
    "Broke off": "danger",
    "Rows removed": "warning",
}
_SHOWN_FAILURES: Final = 20
_FORMATS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "": "JSON"}


class KindFilter(DropdownFilter):  # type: ignore[misc]
    title = "what"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.name, kind.label) for kind in import_registry.kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportFile]) -> QuerySet[ImportFile]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(ImportFile)
class ImportFileAdmin(ReadOnlyPageAdmin):
    """Files that were sent, by whom, and what came of them."""

    resource = "imports"
    empty_hint = "Customers, products, orders and codes can come from files. Each file is listed here."
    list_before_template = "integrations/admin/import_new.html"
    change_form_outer_before_template = "integrations/admin/import_head.html"
    list_display = ("name", "what", "state", "outcome", "rows", "actor_label", "created_at")
    list_display_links = ("name",)
    list_filter = (KindFilter, ("created_at", RangeDateTimeFilter))
    list_select_related = ("check_job", "run_job")
    search_fields = ("public_id__exact", "name", "sha256__exact")
    search_help_text = "A part of the file's name, or its whole SHA-256."
    ordering = ("-created_at", "-pk")
    fields = ("written", "columns", "policy", "size", "digest", "identifier")
    readonly_fields = ("written", "columns", "policy", "size", "digest", "identifier")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportFile]:
        """Not the files of API calls that were refused."""
        kept = Q(channel="ADMIN") | Q(run_job__isnull=False)
        return places.own(super().get_queryset(request).filter(kept))  # type: ignore[no-any-return]

    def get_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "integrations_importfile"
        return [
            path("new/", wrap(self.new_view), name=f"{name}_new"),
            path("<path:object_id>/columns/", wrap(self.columns_view), name=f"{name}_columns"),
            path("<path:object_id>/run/", wrap(self.run_view), name=f"{name}_run"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"may_import": bool(open_to(staff_actor(request))), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, context)
        return answer

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Choose a file; `kind` and `parent` of the query are filled in."""
        actor = staff_actor(request)
        if not open_to(actor):
            raise PermissionDenied
        chosen = {name: request.GET[name] for name in ("kind", "parent") if name in request.GET}
        form = UploadForm(request.POST or None, request.FILES or None, actor=actor, initial=chosen)
        if request.method == "POST" and form.is_valid():
            try:
                file = import_files.receive(
                    kind=form.cleaned_data["kind"],
                    sent=sent(form.cleaned_data["file"]),
                    params=form.params(),
                    actor=actor,
                    now=timezone.now(),
                )
            except DomainError as error:
                form.add_error("file", sentence(error))
            else:
                return HttpResponseRedirect(reverse("admin:integrations_importfile_columns", args=[file.pk]))
        return self._page(request, "integrations/admin/import_upload.html", "Import a file", form=form)

    def columns_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say what the columns are; the file is tried then."""
        file = self._open(request, object_id)
        if file.run_job_id is not None or file.emptied_at is not None:
            return HttpResponseRedirect(self.url_of(file))
        form = ColumnsForm(request.POST or None, file=file)
        refusal = ""
        if request.method == "POST" and form.is_valid():
            actor, now = staff_actor(request), timezone.now()
            try:
                import_files.settle(
                    file_id=file.pk,
                    mapping=form.mapping(),
                    on_duplicate=form.cleaned_data["on_duplicate"],
                    actor=actor,
                    now=now,
                )
                imports.check(file_id=file.pk, actor=actor, now=now)
                return HttpResponseRedirect(self.url_of(file))
            except DomainError as error:
                refusal = sentence(error)
        return self._page(
            request,
            "integrations/admin/import_columns.html",
            f"What is what in {file.name}?",
            form=form,
            file=file,
            refusal=refusal,
            lead=self.lead(request, file),
            kind=import_registry.kind(file.kind),
        )

    def run_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Begin the import."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        file = self._open(request, object_id)
        start = import_registry.kind(file.kind).start or imports.run
        try:
            start(
                file_id=file.pk,
                actor=staff_actor(request),
                now=timezone.now(),
                is_forced=request.POST.get("again") == "on",
            )
        except DomainError as error:
            tell_refusal(self, request, error)
            if error.location:
                return HttpResponseRedirect(error.location)
        else:
            self.message_user(request, "The import has begun.", messages.SUCCESS)
        return HttpResponseRedirect(self.url_of(file))

    def _open(self, request: HttpRequest, object_id: str) -> ImportFile:
        """:raises PermissionDenied: he may not import such things."""
        file: ImportFile = self.found(request, object_id)
        kind = import_registry.find(file.kind)
        if kind is None or kind not in open_to(staff_actor(request)):
            raise PermissionDenied
        return file

    def _page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        return TemplateResponse(
            request, template, {**self.admin_site.each_context(request), "title": title, **context}
        )

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None:
            context = {**context, **self._story(request, obj)}
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _story(self, request: HttpRequest, file: ImportFile) -> dict[str, Any]:
        """What the head of the page shows: how far it is, what came out, and what can be done now."""
        job = file.run_job or file.check_job
        is_open = job is not None and job.status in OPEN
        kind = import_registry.find(file.kind)
        may_import = kind is not None and kind in open_to(staff_actor(request))
        is_waiting = file.run_job is None and file.emptied_at is None and may_import
        failures = AsyncActionFailure.objects.filter(action=job).order_by("row", "pk") if job else ()
        first_line = 1 if file.separator else 0
        return {
            "file": file,
            "progress": job_progress.of(job, timezone.now(), reloads=True) if is_open and job else None,
            "outcome": "" if is_open else self.outcome(file),
            "is_bad": job is not None and not is_open and job.status != job.Status.DONE,
            "message": (job.result or {}).get("message", "")
            if job and job.status == job.Status.FAILED
            else "",
            "may_settle": is_waiting,
            "may_run": is_waiting and file.check_job is not None and not is_open and _to_come(file) > 0,
            "run_label": f"Import {words.count(_to_come(file), 'row')}",
            "earlier": known.earlier(file) if is_waiting else None,
            "failures": [
                (words.number(one.row + first_line), one.name, one.reason)
                for one in failures[:_SHOWN_FAILURES]
            ]
            if not is_open
            else [],
            "report": reverse("admin:integrations_asyncaction_left_out", args=[job.pk])
            if job is not None and job.failed_count
            else "",
            "job": reverse("admin:integrations_asyncaction_change", args=[job.pk]) if job else "",
        }

    @display(description="What")
    def what(self, file: ImportFile) -> str:
        kind = import_registry.find(file.kind)
        return kind.label if kind else file.kind

    @display(description="State", label=_COLOURS)
    def state(self, file: ImportFile) -> str:
        if file.run_job is not None:
            if file.run_job.status in OPEN:
                return "Running"
            return "Done" if file.run_job.status == file.run_job.Status.DONE else "Broke off"
        if file.emptied_at is not None:
            return "Rows removed"
        if file.check_job is None:
            return "Columns to be settled"
        return "Being tried" if file.check_job.status in OPEN else "Tried"

    @display(description="What came out")
    def outcome(self, file: ImportFile) -> str:
        """`998,990 added, 900 updated, 110 refused`, or what would be."""
        counts = file.run_counts if file.run_job_id else file.check_counts
        if not counts:
            return words.NOTHING if file.run_job_id or file.check_job_id else ""
        names = ("added", "updated", "skipped", "refused")
        shown = [f"{words.number(counts[name])} {name}" for name in names if counts[name] or name == "added"]
        return ("" if file.run_job_id else "Would be: ") + ", ".join(shown)

    @display(description="Rows", ordering="rows_count")
    def rows(self, file: ImportFile) -> str:
        return words.number(file.rows_count)

    @display(description="Written with")
    def written(self, file: ImportFile) -> str:
        return f"{_FORMATS.get(file.separator, file.separator)}, read as {_read_as(file)}"

    @display(description="Columns")
    def columns(self, file: ImportFile) -> str:
        kind = import_registry.find(file.kind)
        if not file.separator or kind is None:
            return "as in the API"
        pairs = {}
        for word, meant in zip(file.header, file.mapping, strict=True):
            column = kind.column(meant)
            pairs[word or "(no name)"] = (
                column.label if column else (f"metadata “{meant}”" if meant else "left out")
            )
        return words.key_values(pairs)

    @display(description="If it is there already")
    def policy(self, file: ImportFile) -> str:
        return file.get_on_duplicate_display()

    @display(description="Size")
    def size(self, file: ImportFile) -> str:
        return filesizeformat(file.size_bytes)

    @display(description="SHA-256")
    def digest(self, file: ImportFile) -> str:
        return format_html('<span class="import-digest">{}</span>', file.sha256)

    @display(description="Id")
    def identifier(self, file: ImportFile) -> str:
        return file.public_id

    def title(self, obj: ImportFile) -> str:
        return f"{self.what(obj)} from {obj.name}"

    def lead(self, request: HttpRequest, obj: ImportFile) -> str:
        written = f"written with {self.written(obj)}" if obj.separator else f"JSON, read as {_read_as(obj)}"
        return (
            f"{words.number(obj.rows_count)} rows, {self.size(obj)}, {written}; "
            f"sent by {obj.actor_label} on {words.when(obj.created_at)}."
        )


def _to_come(file: ImportFile) -> int:
    """How many rows would be written; all, where the trial did not get to its end."""
    job, counts = file.check_job, file.check_counts
    if job is None or job.status != job.Status.DONE or not counts:
        return file.rows_count
    return int(counts["added"] + counts["updated"])


def _read_as(file: ImportFile) -> str:
    """The encoding as people know it."""
    known = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252 (Western Europe)"}
    return known.get(file.encoding, file.encoding.upper())
