"""Operations: what runs by itself, and how channels fare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.celery import JOBS
from core import dispatch
from core.admin import periodic_work
from core.latency import PLACES
from core.models import ApiKey, AuditEntry, EventDelivery, OutboxEvent, PeriodicRun
from core.services import channel_minutes, periodic_runs
from core.services.channel_minutes import Counts

pytestmark = pytest.mark.django_db
LIST = "/admin/core/periodicrun/"


def run(task: str = "core.tasks.seal_audit", **columns: Any) -> PeriodicRun:
    now = timezone.now()
    usual = {"since": now, "started_at": now, "ended_at": now, "succeeded_at": now, "milliseconds": 1_234}
    return PeriodicRun.objects.create(task=task, **{**usual, "dealt_with": 1_200, **columns})


def test_the_list_says_in_words_what_runs_when_and_how_it_went(admin_page: Client) -> None:
    run()
    late = timezone.now() - timedelta(hours=9)
    run("promotions.tasks.settle_campaigns", started_at=late, failures=1, error="ValueError: planted")

    text = admin_page.get(LIST).text.replace("\N{NO-BREAK SPACE}", " ")

    for said in (
        "Seal what must stay as it is", "every minute", "1.2 s", "1,200", "On time",
        "Start and end campaigns", "every 20 seconds", "Late", "8 h", "ValueError: planted",
        "1 time in a row", "1 job needs somebody to look.",
    ):  # fmt: skip
        assert said in text, said


def test_the_list_costs_the_same_with_all_jobs(
    admin_page: Client, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    run()
    few = count_queries(lambda: admin_page.get(LIST))
    periodic_runs.announce([job.task for job in JOBS], now=timezone.now())

    assert count_queries(lambda: admin_page.get(LIST)) == few


def test_an_empty_list_says_what_to_start(admin_page: Client) -> None:
    assert "as soon as the scheduler (celery beat) has started" in admin_page.get(LIST).text


def test_a_job_of_an_older_release_has_a_page(admin_page: Client) -> None:
    row = run("promotions.tasks.that_has_gone")

    assert "no such job any more" in admin_page.get(f"{LIST}{row.pk}/change/").text
    assert "Gone" in admin_page.get(LIST).text


def test_run_now_goes_through_the_outbox(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(
        "core.subscribers.current_app.send_task", lambda name, **options: sent.append((name, options))
    )
    monkeypatch.setattr("django.db.transaction.on_commit", lambda do, robust: do())
    row = run()

    answer = admin_page.post(f"{LIST}{row.pk}/run_now/", {"_form_submitted": "on"})

    assert answer.headers["HX-Redirect"] == f"{LIST}{row.pk}/change/"
    assert AuditEntry.objects.filter(action=periodic_runs.ASKED).count() == 1
    event = OutboxEvent.objects.get(name=periodic_runs.ASKED)
    assert sent == []
    now = timezone.now()
    dispatch.plan(now=now)
    for delivery in EventDelivery.objects.filter(event=event, subscriber="core.periodic_jobs.start"):
        dispatch.deliver(delivery_id=delivery.pk, now=now)
    assert sent == [("core.tasks.seal_audit", {"expires": 300})]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "every second"),
        (20, "every 20 seconds"),
        (60, "every minute"),
        (120, "every 2 minutes"),
        (3600, "every hour"),
    ],
)
def test_intervals_in_words(seconds: int, said: str) -> None:
    assert periodic_work.every(seconds).replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=119), "119 s"),
        (timedelta(seconds=120), "2 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_spans_in_words(length: timedelta, said: str) -> None:
    assert periodic_work.span(length) == said


def called(app_id: str, **figures: int) -> None:
    minute = int(timezone.now().timestamp()) // 60
    took = [0] * PLACES
    took[3] = figures["calls"]
    channel_minutes.add({(minute, app_id, "OTHER"): Counts(took=took, slowest=14, **figures)})


def test_channels_say_what_each_key_is_answered(admin_page: Client) -> None:
    for name in ("Web shop", "Till"):
        ApiKey.objects.create(name=name, app_id=name, created_at=timezone.now(), last_used_at=timezone.now())
    called("Web shop", calls=1_250, server_errors=5)
    called("", calls=3, client_errors=3)

    answer = admin_page.get("/admin/channels/")

    assert answer.context["sentence"] == "1 channel gets errors."
    rows = [(row.name, row.calls, row.errors, row.slow, row.has_errors) for row in answer.context["rows"]]
    assert rows == [
        ("Web shop", "1,250", "5 (0.4 %)", "14\N{NO-BREAK SPACE}ms", True),
        ("Till", "0", "0", "–", False),
        ("Without a valid key", "3", "0", "14\N{NO-BREAK SPACE}ms", False),
    ]
    assert "1,250 calls in the last hour, 5 errors" in answer.text


def test_a_project_without_calls_is_told_how_to_get_some(admin_page: Client) -> None:
    assert "Make one under Settings, API keys" in admin_page.get("/admin/channels/").text
