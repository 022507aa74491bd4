"""The registry of periodic work: one line makes a job of Celery and of `daily_jobs`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.celery import app
from core import periodic
from core.periodic import Stage

AT = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)


@pytest.fixture
def only_these(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """An empty registry, and what its jobs did."""
    periodic.jobs()  # the apps' own are read before they are put aside
    monkeypatch.setattr(periodic, "_jobs", {})
    before = dict(periodic.beat_schedule)
    yield []
    periodic.beat_schedule.clear()
    periodic.beat_schedule.update(before)
    for name in [name for name in app.tasks if name.startswith(__name__)]:
        del app.tasks[name]


def add(name: str, ran: list[Any], *, stage: Stage = Stage.DUE, result: Any = 0, daily: bool = True) -> Any:
    def work(now: datetime) -> int | None:
        ran.append((name, now))
        if isinstance(result, Exception):
            raise result
        found: int | None = result
        return found

    work.__name__ = name
    return periodic.job(f"do {name}", every=90, expires=30, stage=stage, is_daily=daily)(work)


def run(**options: Any) -> str:
    out = StringIO()
    call_command("daily_jobs", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_one_line_makes_a_task_and_its_times(only_these: list[Any]) -> None:
    task = add("alpha", only_these, result=3)

    name = f"{__name__}.alpha"
    assert task.name == name
    assert task() == 3
    assert periodic.beat_schedule["do alpha"] == {"task": name, "schedule": 90.0, "options": {"expires": 30}}
    assert [job.task for job in periodic.jobs()] == [name]


def test_runs_all_as_of_the_instant_stage_by_stage(only_these: list[Any]) -> None:
    add("seal", only_these, stage=Stage.SEALING)
    add("later", only_these, stage=Stage.TIDYING, result=None)
    add("beta", only_these, result=1234)
    add("alpha", only_these)
    add("pulse", only_these, daily=False)

    said = run(at="2026-03-10T03:00:00Z")

    assert only_these == [("alpha", AT), ("beta", AT), ("later", AT), ("seal", AT)]
    lines = [line.strip() for line in said.splitlines()]
    assert lines == [
        "As of 2026-03-10T03:00:00.000Z",
        "do alpha: nothing to do",
        "do beta: 1,234",
        "do later: not due",
        "do seal: nothing to do",
    ]


def test_one_that_breaks_keeps_no_other_from_its_work(only_these: list[Any]) -> None:
    add("alpha", only_these, result=RuntimeError("planted"))
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


def test_beat_and_the_command_know_the_same_jobs() -> None:
    jobs = periodic.jobs()
    listed = run(list=True)

    assert {job.task for job in jobs} == {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert all(job.title in listed for job in jobs)
    assert all(job.task in app.tasks for job in jobs)
    assert len({job.title for job in jobs}) == len(jobs)
