"""The registry of periodic work: a function and a line of the table make a job."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.celery import JOBS, app
from core import periodic
from core.periodic import Job, MoreLeft, Stage

AT = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)


@pytest.fixture
def only_these(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """An empty registry, and what its jobs did."""
    periodic.jobs()  # the apps' own are read before they are put aside
    monkeypatch.setattr(periodic, "_works", {})
    monkeypatch.setattr(periodic, "_table", {})
    yield []
    for name in [name for name in app.tasks if name.startswith(__name__)]:
        del app.tasks[name]


def add(
    name: str, ran: list[Any], *, stage: Stage = Stage.DUE, results: Any = (0,), daily: bool = True
) -> Any:
    """A job that does `results` one after the other."""
    left = list(results)

    def work(now: datetime) -> int | None:
        ran.append((name, now))
        result = left.pop(0)
        if isinstance(result, Exception):
            raise result
        found: int | None = result
        return found

    work.__name__ = name
    task = periodic.job(work)
    line = Job(f"do {name}", f"{__name__}.{name}", 90, stage, expires=30, is_daily=daily)
    periodic.schedule([*periodic._table.values(), line])
    return task


def run(**options: Any) -> str:
    out = StringIO()
    call_command("daily_jobs", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_table_gives_celery_its_times() -> None:
    table = [
        Job("seal", "core.tasks.seal", every=60, expires=300),
        Job("prune", "core.tasks.prune", every=20),
    ]
    before = dict(periodic._table)

    found = periodic.schedule(table)
    periodic.schedule(list(before.values()))

    assert found == {
        "seal": {"task": "core.tasks.seal", "schedule": 60, "options": {"expires": 300}},
        "prune": {"task": "core.tasks.prune", "schedule": 20, "options": {"expires": 20}},
    }


@pytest.mark.django_db
def test_a_function_becomes_a_task(only_these: list[Any]) -> None:
    task = add("alpha", only_these, results=(3,))

    assert task.name == f"{__name__}.alpha"
    assert task() == 3
    assert [job.task for job in periodic.jobs()] == [task.name]


@pytest.mark.django_db
def test_what_is_left_is_sent_for_at_once(only_these: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: sent.append((name, options)))
    task = add("alpha", only_these, results=(MoreLeft(200), 7))

    first, second = task(), task()

    assert (first, second) == (200, 7)
    assert sent == [(task.name, {"expires": 90})]


@pytest.mark.django_db
def test_a_broker_that_is_away_is_no_failure(only_these: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def away(name: str, **options: Any) -> None:
        raise OSError("away")

    monkeypatch.setattr(app, "send_task", away)
    task = add("alpha", only_these, results=(MoreLeft(200),))

    assert task() == 200


def test_batches_end_with_the_first_empty_one_or_with_the_time() -> None:
    assert periodic.batches(iter([5, 5, 2, 0]).__next__) == 12
    assert not isinstance(periodic.batches(iter([5, 0]).__next__), MoreLeft)

    stopped = periodic.batches(lambda: 5, seconds=0)

    assert isinstance(stopped, MoreLeft)
    assert stopped == 5


def test_runs_all_as_of_the_instant_stage_by_stage(only_these: list[Any]) -> None:
    add("seal", only_these, stage=Stage.SEALING)
    add("later", only_these, stage=Stage.TIDYING, results=(None,))
    add("beta", only_these, results=(MoreLeft(1000), 234))
    add("alpha", only_these)
    add("pulse", only_these, daily=False)

    said = run(at="2026-03-10T03:00:00Z")

    assert only_these == [("alpha", AT), ("beta", AT), ("beta", AT), ("later", AT), ("seal", AT)]
    lines = [line.strip() for line in said.splitlines()]
    assert lines == [
        "As of 2026-03-10T03:00:00.000Z",
        "do alpha: nothing to do",
        "do beta: 1,234",
        "do later: not due",
        "do seal: nothing to do",
    ]


def test_one_that_breaks_keeps_no_other_from_its_work(only_these: list[Any]) -> None:
    add("alpha", only_these, results=(RuntimeError("planted"),))
    add("beta", only_these)

    with pytest.raises(CommandError, match="1 of the jobs broke"):
        run(at="2026-03-10T03:00:00Z")

    assert [name for name, _ in only_these] == ["alpha", "beta"]


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", ""])
def test_refuses_what_is_no_instant(only_these: list[Any], text: str) -> None:
    add("alpha", only_these)

    with pytest.raises(CommandError, match="is no instant"):
        run(at=text)

    assert only_these == []


def test_warns_of_the_future(only_these: list[Any]) -> None:
    assert "yet to come" in run(at="2099-01-01T00:00:00Z")
    assert "yet to come" not in run(at="2020-01-01T00:00:00Z")
    assert "yet to come" not in run()


def test_every_job_stands_in_the_table_and_every_line_is_a_job() -> None:
    """A function without a line would never run, a line without a function would fail each time."""
    assert {line.task for line in JOBS} == periodic.registered()


def test_the_table_is_in_order() -> None:
    listed = run(list=True)

    assert len({line.title for line in JOBS}) == len(JOBS)
    assert [line.stage for line in JOBS if line.is_daily] == sorted(
        line.stage for line in JOBS if line.is_daily
    )
    assert {line.task for line in JOBS} == {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert all(line.title in listed for line in JOBS)
    assert all(line.task in app.tasks for line in JOBS)


def test_nobody_waits_longer_than_a_minute_for_starts_and_ends() -> None:
    """PROOFS Q6: with the run itself still within 60 s."""
    every = {line.task: line.every for line in JOBS}

    assert every["promotions.tasks.settle_campaigns"] <= 30
    assert every["approvals.tasks.carry_out_due"] <= 30


def test_the_table_is_read_before_django_is_ready() -> None:
    """As `celery -A config.celery` does."""
    code = "import config.celery; print(len(config.celery.JOBS))"
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)

    assert done.stdout.strip() == str(len(JOBS)), done.stderr
