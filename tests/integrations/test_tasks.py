"""From the request for a file to the worker that writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from config.celery import app
from core import dispatch
from core.actors import Actor
from core.models import EventDelivery
from integrations import tasks
from integrations.models import Export
from integrations.services import exports
from tests.factories.integrations import ExportFactory, export_with_file
from tests.integrations.exported import NAME, Notes, note, notes

__all__ = ["notes"]

pytestmark = pytest.mark.django_db


def deliver(now: datetime) -> list[bool]:
    return [dispatch.deliver(delivery_id=pk, now=now) for pk in dispatch.plan(now=now)]


def test_a_request_makes_a_worker_write_once_it_is_committed(
    notes: Notes,
    actor: Actor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(current_app, "send_task", sent.append)
    note("a")
    export = exports.request(exported_object=NAME, parameters={}, actor=actor, now=now)

    with django_capture_on_commit_callbacks(execute=True):
        delivered = deliver(now)
        early = list(sent)

    assert (delivered, early, sent) == ([True], [], ["integrations.tasks.write_exports"])
    assert app.tasks[sent[0]].apply().get() == 1
    export.refresh_from_db()
    assert (export.status, export.rows_count) == ("DONE", 1)


def test_a_broker_that_is_away_costs_no_delivery(
    notes: Notes,
    actor: Actor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    def is_away(name: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", is_away)
    exports.request(exported_object=NAME, parameters={}, actor=actor, now=now)

    with django_capture_on_commit_callbacks(execute=True):
        deliver(now)

    assert EventDelivery.objects.get().status == EventDelivery.Status.DONE


def test_the_sweep_finds_what_a_dead_worker_left(notes: Notes) -> None:
    note("a")
    for status in ("IN_PROGRESS", "SCHEDULED"):
        ExportFactory(exported_object=NAME, status=status)

    assert tasks.write_exports() == 2

    assert set(Export.objects.values_list("status", "rows_count")) == {("DONE", 1)}
    assert tasks.write_exports() == 0


def test_files_go_after_thirty_days() -> None:
    export_with_file(b"a\n", created_at=timezone.now() - timedelta(days=30, minutes=1))
    young = export_with_file(b"a\n", created_at=timezone.now() - timedelta(days=29, hours=23))

    assert tasks.prune_exports() == 1
    assert list(Export.objects.filter(deleted_at=None)) == [young]


def test_the_jobs_are_in_the_table() -> None:
    planned = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert {"integrations.tasks.write_exports", "integrations.tasks.prune_exports"} <= planned
