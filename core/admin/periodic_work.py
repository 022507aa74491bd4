"""Operations, Periodic work: what runs by itself, when it ran last, and whether it keeps its times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from core import periodic_standings, words
from core.admin.base import staff_actor
from core.admin.dialogs import DialogsMixin
from core.admin.pages import Fact, ReadOnlyPageAdmin
from core.models import PeriodicRun
from core.periodic_standings import Standing, State
from core.services import periodic_runs
from core.staff import staff_allows

_LABELS: Final = {
    State.FINE: ("On time", "success"),
    State.NEW: ("Not run yet", ""),
    State.RUNNING: ("Running", "primary"),
    State.LATE: ("Late", "danger"),
    State.FAILED: ("Failed last time", "warning"),
    State.FAILING: ("Fails again and again", "danger"),
}
_WHAT_TO_DO: Final = {
    State.LATE: (
        "It has been due for long. Look whether the scheduler (beat) and a worker run, and whether other "
        "jobs keep the workers busy."
    ),
    State.FAILED: "It broke last time. Its next turn tries again by itself; nothing is lost.",
    State.FAILING: (
        "It broke several times in a row, and nobody does its work. The error below says why; the log of the "
        "worker has the details."
    ),
    State.NEW: "It waits for its first turn.",
}


def title_of(standing: Standing) -> str:
    """Start and end campaigns"""
    said = gettext(standing.job.title)
    return said[:1].upper() + said[1:]


def span(length: timedelta) -> str:
    """40 s, 3 min, 5 h, 2 days: the first two digits matter."""
    seconds = length // timedelta(seconds=1)
    if seconds < 120:
        return gettext("%(number)s s") % {"number": words.number(seconds)}
    if seconds < 7_200:
        return gettext("%(number)s min") % {"number": words.number(seconds // 60)}
    if seconds < 172_800:
        return gettext("%(number)s h") % {"number": words.number(seconds // 3_600)}
    days = seconds // 86_400
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": words.number(days)}


def every(seconds: int) -> str:
    """every 20 seconds, every minute, every hour"""
    if seconds % 3_600 == 0:
        number, texts = seconds // 3_600, ("every hour", "every %(number)s hours")
    elif seconds % 60 == 0:
        number, texts = seconds // 60, ("every minute", "every %(number)s minutes")
    else:
        number, texts = seconds, ("every second", "every %(number)s seconds")
    said = ngettext(*texts, number) % {"number": words.number(number)}
    return _whole(said)


def state_label(standing: Standing) -> str:
    return words.label(*_LABELS[standing.state])


def took(run: PeriodicRun) -> str:
    """12 ms, 3.4 s"""
    if run.succeeded_at is None and not run.milliseconds:
        return words.NOTHING
    if run.milliseconds < 1_000:
        return _whole(gettext("%(number)s ms") % {"number": run.milliseconds})
    whole, rest = divmod(run.milliseconds // 100, 10)
    return _whole(gettext("%(number)s s") % {"number": f"{words.number(whole)}.{rest}"})


@admin.register(PeriodicRun)
class PeriodicRunAdmin(DialogsMixin, ReadOnlyPageAdmin):
    """Jobs are as many as the release has: they are read with one look, and asked about once for a page."""

    resource = "operations"
    tells_of_all = True
    list_display = ("what", "state", "interval", "last_start", "duration", "behind", "dealt", "last_error")
    list_display_links = ("what",)
    list_per_page = 200
    list_before_template = "core/admin/periodic_head.html"
    ordering = ("pk",)
    empty_hint = "Jobs appear as soon as the scheduler (celery beat) has started for the first time."
    fields = ("task", "interval", "last_start", "last_end", "last_success", "last_work", "last_error")
    readonly_fields = fields
    actions_detail = ("run_now",)

    class Media:
        css = {"all": ("core/live.css",)}  # noqa: RUF012

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        now = timezone.now()
        standings = {one.job.task: one for one in periodic_standings.standings(now=now)}
        for row in found.result_list:
            row.standing = standings.get(row.task)
        troubled = [one for one in standings.values() if one.is_trouble]
        found.periodic_sentence = sentence(len(standings), troubled)
        found.periodic_is_fine = not troubled
        return found

    def title(self, obj: Any) -> str:
        standing = _standing(obj)
        return title_of(standing) if standing else obj.task

    def called(self, row: Any) -> str:
        return self.title(row)

    def lead(self, request: HttpRequest, obj: Any) -> str:
        standing = _standing(obj)
        if standing is None:
            return gettext("This release has no such job any more.")
        return gettext(_WHAT_TO_DO[standing.state]) if standing.state in _WHAT_TO_DO else ""

    def facts(self, request: HttpRequest, obj: Any) -> list[Fact]:
        standing = _standing(obj)
        if standing is None:
            return []
        return [
            Fact(title="State", value=gettext(_LABELS[standing.state][0])),
            Fact(title="Last run took", value=took(obj), note=words.when(obj.started_at)),
            Fact(title="Behind by", value=_behind(standing)),
            Fact(title="Dealt with", value=_dealt(obj), note="in its last run"),
        ]

    @display(description="What it does")
    def what(self, row: PeriodicRun) -> str:
        return self.title(row)

    @display(description="State")
    def state(self, row: PeriodicRun) -> str:
        standing = _standing(row)
        return state_label(standing) if standing else words.label("Gone")

    @display(description="Runs")
    def interval(self, row: PeriodicRun) -> str:
        standing = _standing(row)
        return every(standing.job.every) if standing else words.NOTHING

    @display(description="Last start", ordering="started_at")
    def last_start(self, row: PeriodicRun) -> str:
        return _exactly(row.started_at)

    @display(description="Last end")
    def last_end(self, row: PeriodicRun) -> str:
        return _exactly(row.ended_at)

    @display(description="Last success")
    def last_success(self, row: PeriodicRun) -> str:
        return _exactly(row.succeeded_at)

    @display(description="Last time it found something to do")
    def last_work(self, row: PeriodicRun) -> str:
        return _exactly(row.worked_at)

    @display(description="Took", ordering="milliseconds")
    def duration(self, row: PeriodicRun) -> str:
        return took(row)

    @display(description="Behind by")
    def behind(self, row: PeriodicRun) -> str:
        standing = _standing(row)
        return _behind(standing) if standing else words.NOTHING

    @display(description="Dealt with", ordering="dealt_with")
    def dealt(self, row: PeriodicRun) -> str:
        return _dealt(row)

    @display(description="Last error")
    def last_error(self, row: PeriodicRun) -> str:
        if not row.error:
            return words.NOTHING
        times = words.count(row.failures, "time in a row", "times in a row")
        return format_html('{} <span class="fanfare-muted">{}</span>', row.error, times)

    def has_run_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request) and staff_allows(request.user, "settings.modify")

    @action(
        description="Run now",
        icon="play_arrow",
        permissions=["run"],
        dialog={
            "title": "Run this job now?",
            "description": "A worker starts it within seconds, unless it runs already. It does what is due.",
            "form_submit_text": "Run now",
        },
    )
    def run_now(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: PeriodicRun) -> str:
            periodic_runs.ask(task=row.task, actor=staff_actor(request), now=timezone.now())
            return gettext("A worker runs it as soon as one is free. Look again in a moment.")

        return self.confirmed(request, object_id, do)


def sentence(number: int, troubled: list[Standing]) -> str:
    """How all of them do, in one sentence."""
    if not troubled:
        return words.count(number, "job keeps its times.", "jobs keep their times.")
    return words.count(len(troubled), "job needs somebody to look.", "jobs need somebody to look.")


def _standing(row: PeriodicRun) -> Standing | None:
    """Looked up once for a row."""
    if not hasattr(row, "standing"):
        now = timezone.now()
        found = (one for one in periodic_standings.standings(now=now) if one.job.task == row.task)
        row.standing = next(found, None)  # type: ignore[attr-defined]
    standing: Standing | None = row.standing  # type: ignore[attr-defined]
    return standing


def _whole(said: str) -> str:
    """Never broken over two lines."""
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def _behind(standing: Standing) -> str:
    return span(standing.lag) if standing.lag >= timedelta(seconds=1) else words.NOTHING


def _dealt(row: PeriodicRun) -> str:
    return words.NOTHING if row.dealt_with is None else words.number(row.dealt_with)


def _exactly(instant: datetime | None) -> str:
    """With seconds, as jobs run more often than every minute: 30 Nov 2026, 21:59:07"""
    if instant is None:
        return words.NOTHING
    return f"{words.when(instant)}:{timezone.localtime(instant):%S}"
