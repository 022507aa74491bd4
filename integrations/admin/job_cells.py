"""The list of jobs: cells that move by themselves while a job is open.

One request every few seconds brings all of them; none while nobody looks at the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import words
from integrations.models import AsyncAction
from integrations.services.job_reports import OPEN

MOST_ASKED: Final = 200
_JOBS: Final = "jobs"
_COLOURS: Final = {
    AsyncAction.Status.ENQUEUED: "info",
    AsyncAction.Status.IN_PROGRESS: "primary",
    AsyncAction.Status.DONE: "success",
    AsyncAction.Status.FAILED: "danger",
    AsyncAction.Status.CANCELLED: "warning",
}


def cell(job: AsyncAction, name: str) -> SafeString:
    """One of `CELLS`, where the next look finds it."""
    return format_html('<span id="{}">{}</span>', _id(job, name), CELLS[name](job))


def _state(job: AsyncAction) -> str:
    return words.label(str(job.get_status_display()), _COLOURS[AsyncAction.Status(job.status)])


def _bar(job: AsyncAction) -> str:
    percent = percent_of(job)
    return format_html(
        '<progress class="fanfare-progress" max="100" value="{}" aria-label="Progress"></progress> {} %',
        percent,
        percent,
    )


def _rows(job: AsyncAction) -> str:
    return f"{job.position:,} of {job.rows_count:,}"


def _left_out(job: AsyncAction) -> str:
    return f"{job.failed_count:,}"


CELLS: Final[dict[str, Callable[[AsyncAction], str]]] = {
    "state": _state,
    "bar": _bar,
    "rows": _rows,
    "left-out": _left_out,
}


def percent_of(job: AsyncAction) -> int:
    """On the wire a job that broke off is at 100, because it is over."""
    if job.status in (AsyncAction.Status.FAILED, AsyncAction.Status.CANCELLED):
        return job.position * 100 // max(job.rows_count, 1)
    return job.progress


def live_url(jobs: Iterable[AsyncAction]) -> str:
    """What the list asks for again, or nothing if all of its jobs are over."""
    moving = [str(job.pk) for job in jobs if job.status in OPEN]
    if not moving:
        return ""
    return f"{reverse('admin:integrations_asyncaction_live')}?{urlencode({_JOBS: ','.join(moving)})}"


def answer(request: HttpRequest, visible: QuerySet[AsyncAction]) -> HttpResponse:
    """The cells of the jobs that were asked for, of those that this person sees."""
    asked = [int(one) for one in request.GET.get(_JOBS, "").split(",")[:MOST_ASKED] if _is_key(one)]
    jobs = list(visible.filter(pk__in=asked).order_by("pk"))
    cells = [(_id(job, name), draw(job)) for job in jobs for name, draw in CELLS.items()]
    return render(request, "integrations/admin/jobs_live.html", {"cells": cells, "live_url": live_url(jobs)})


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _id(job: AsyncAction, name: str) -> str:
    return f"job-{job.pk}-{name}"
