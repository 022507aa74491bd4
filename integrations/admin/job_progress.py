"""How far a job is: a bar that moves by itself, on the job's own page and wherever its work is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core import words
from core.admin.pages import Fact
from integrations import registry
from integrations.admin import job_cells
from integrations.models import AsyncAction
from integrations.services.job_reports import OPEN

TEMPLATE: Final = "integrations/admin/job_progress.html"
_RELOAD: Final = "reload"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`url` is asked for the next picture while the job is open; `is_bad` colours the sentence."""

    url: str
    percent: int
    text: str
    is_open: bool
    is_bad: bool
    page: str
    facts: tuple[Fact, ...]


def of(job: AsyncAction, now: datetime, *, reloads: bool = False) -> Progress:
    """`reloads`: the page around it is read again at the end, because its buttons and tables are others then.

    Not where people may be typing.
    """
    url = reverse("admin:integrations_asyncaction_progress", args=[job.pk])
    bad = (AsyncAction.Status.FAILED, AsyncAction.Status.CANCELLED)
    return Progress(
        url=f"{url}?{_RELOAD}=1" if reloads else url,
        percent=job_cells.percent_of(job),
        text=_sentence(job, now),
        is_open=job.status in OPEN,
        is_bad=job.status in bad,
        page=reverse("admin:integrations_asyncaction_change", args=[job.pk]),
        facts=_facts(job) if reloads else (),
    )


def answer(request: HttpRequest, job: AsyncAction) -> HttpResponse:
    """The next picture; the last one makes the page load anew, if it wants that."""
    reloads = _RELOAD in request.GET
    progress = of(job, timezone.now(), reloads=reloads)
    response = render(request, TEMPLATE, {"progress": progress})
    if reloads and not progress.is_open:
        response.headers["HX-Refresh"] = "true"
    return response


def what(job: AsyncAction) -> str:
    """What people call such a job."""
    known = registry.known(job.type)
    if known is not None and known.label:
        return known.label
    noun, _, verb = job.type.partition(".")
    return f"{noun} {verb}".strip().replace("_", " ").replace(".", " ").capitalize()


def _facts(job: AsyncAction) -> tuple[Fact, ...]:
    found = [
        Fact(title="State", value=job.get_status_display()),
        Fact(
            title="Done",
            value=f"{job.done_count:,}",
            note=f"{job.position:,} of {job.rows_count:,} rows seen",
        ),
        Fact(title="Left out", value=f"{job.failed_count:,}"),
        Fact(title="Time", value=f"{job.processing_time / 1000:,.1f} s", note="of work"),
    ]
    known = registry.known(job.type)
    made = known.made(job.params) if known is not None and known.made is not None else None
    if made is not None:
        url = reverse(made.page, args=made.args, query=made.query)
        found.append(Fact(title="For", value=made.label, url=url))
    return tuple(found)


def _sentence(job: AsyncAction, now: datetime) -> str:
    seen = f"{job.position:,} of {job.rows_count:,}"
    message = (job.result or {}).get("message", "")
    match job.status:
        case AsyncAction.Status.ENQUEUED:
            return "Waits for its turn."
        case AsyncAction.Status.IN_PROGRESS:
            return f"{seen} done{_left(job, now)}."
        case AsyncAction.Status.DONE:
            return f"{message}."
        case AsyncAction.Status.CANCELLED:
            return f"{message}."
    return f"Broke off after {seen}: {message}"


def _left(job: AsyncAction, now: datetime) -> str:
    """How long the rest takes if it goes on like this; nothing before there is anything to go by."""
    if not job.position or job.started_at is None or now <= job.started_at:
        return ""
    rest = (now - job.started_at) * (job.rows_count - job.position) // job.position
    if rest < timedelta(minutes=1):
        return ", less than a minute left"
    return f", about {words.count(-(-rest // timedelta(minutes=1)), 'minute')} left"
