"""One run of a periodic job: alone, written down, and no way to hide that it broke."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from core.actors import Actor, ActorKind, Role
from core.errors import Forbidden, NotFound
from core.models import AuditEntry, OutboxEvent, PeriodicRun
from core.services import periodic_runs
from core.services.periodic_runs import AlreadyRunning
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
TASK = "tests.do_something"


def run(result: Any = 0, *, at: datetime = NOW) -> int | None:
    def work(now: datetime) -> int | None:
        if isinstance(result, BaseException):
            raise result
        done: int | None = result
        return done

    return periodic_runs.run(task=TASK, work=work, now=at)


def row() -> PeriodicRun:
    return PeriodicRun.objects.get(task=TASK)


def test_writes_down_what_was_done() -> None:
    assert run(7) == 7

    found = row()
    assert (found.since, found.started_at, found.dealt_with) == (NOW, NOW, 7)
    assert found.ended_at is not None
    assert NOW <= found.ended_at < NOW + timedelta(seconds=5)
    assert found.succeeded_at == found.worked_at == found.ended_at
    assert (found.failures, found.error, found.is_open) == (0, "", False)


def test_remembers_when_there_was_something_to_do() -> None:
    run(7)
    worked_at = row().worked_at

    run(0, at=NOW + timedelta(hours=1))
    run(None, at=NOW + timedelta(hours=2))

    found = row()
    assert (found.worked_at, found.dealt_with) == (worked_at, None)
    assert found.succeeded_at is not None
    assert found.succeeded_at >= NOW + timedelta(hours=2)


def test_counts_failures_in_a_row_and_tells_whoever_runs_it() -> None:
    run(7)
    for hour in (1, 2):
        with pytest.raises(ValueError, match="planted"):
            run(ValueError("planted\nDETAIL: anna@shop.example"), at=NOW + timedelta(hours=hour))

    found = row()
    assert (found.failures, found.error) == (2, "ValueError: planted")
    assert found.dealt_with == 7
    assert found.succeeded_at is not None
    assert found.succeeded_at < NOW + timedelta(hours=1)

    run(0, at=NOW + timedelta(hours=3))
    assert (row().failures, row().error) == (0, "")


def test_a_run_that_never_ended_counts_as_a_failure() -> None:
    """A worker that was killed writes nothing; the next run does."""
    with pytest.raises(SystemExit):
        run(SystemExit())
    assert row().is_open

    with pytest.raises(SystemExit):
        run(SystemExit(), at=NOW + timedelta(hours=1))

    assert (row().failures, row().error) == (1, periodic_runs.BROKE_OFF)
    run(0, at=NOW + timedelta(hours=2))
    assert (row().failures, row().error, row().is_open) == (0, "", False)


def test_returns_at_once_while_it_runs_elsewhere() -> None:
    inner: list[Any] = []

    def work(now: datetime) -> int:
        inner.append(periodic_runs.run(task=TASK, work=lambda now: 99, now=now))
        inner.append(periodic_runs.run(task="tests.something_else", work=lambda now: 5, now=now))
        return 1

    assert periodic_runs.run(task=TASK, work=work, now=NOW) == 1
    assert inner == [None, 5]
    assert row().dealt_with == 1
    assert run(3) == 3


def test_work_stands_although_its_end_cannot_be_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(now: datetime) -> int:
        def fail(*args: Any, **kwargs: Any) -> None:
            raise DatabaseError("planted")

        monkeypatch.setattr(type(PeriodicRun.objects.all()), "update", fail)
        return 4

    assert periodic_runs.run(task=TASK, work=work, now=NOW) == 4
    assert row().is_open


def test_the_lock_holds_back_no_row_and_no_vacuum() -> None:
    """A transaction that is open for as long as a job runs must cost nobody anything."""

    def work(now: datetime) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT a.state, a.backend_xid, a.backend_xmin "
                "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                "WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s",
                [periodic_runs.LOCKS, periodic_runs.lock_number(TASK)],
            )
            found.append(cursor.fetchone())
        return 0

    found: list[Any] = []
    periodic_runs.run(task=TASK, work=work, now=NOW)

    assert found == [("idle in transaction", None, None)]


def test_announces_the_jobs_of_this_release() -> None:
    run(7)
    PeriodicRun.objects.create(task="tests.of_an_older_release", since=NOW)

    periodic_runs.announce([TASK, "tests.new"], now=NOW + timedelta(days=1))
    periodic_runs.announce([TASK, "tests.new"], now=NOW + timedelta(days=2))

    assert dict(PeriodicRun.objects.values_list("task", "since")) == {
        TASK: NOW,
        "tests.new": NOW + timedelta(days=1),
    }


def test_an_administrator_has_it_run_out_of_turn(actor: Actor) -> None:
    run(0)

    periodic_runs.ask(task=TASK, actor=actor, now=NOW)

    event = OutboxEvent.objects.get(name=periodic_runs.ASKED)
    assert event.payload == {"task": TASK}
    assert AuditEntry.objects.filter(action=periodic_runs.ASKED).count() == 1


@pytest.mark.parametrize("role", [Role.USER, Role.SUPPORT, Role.VIEWER, Role.MERCHANT])
def test_nobody_else_does(role: Role) -> None:
    run(0)
    somebody = Actor(kind=ActorKind.USER, id="1", label="Mara", role=role)

    with pytest.raises(Forbidden):
        periodic_runs.ask(task=TASK, actor=somebody, now=NOW)

    assert not OutboxEvent.objects.exists()


def test_what_runs_or_is_unknown_is_not_started(actor: Actor) -> None:
    with pytest.raises(NotFound):
        periodic_runs.ask(task=TASK, actor=actor, now=NOW)

    def work(now: datetime) -> int:
        with pytest.raises(AlreadyRunning):
            periodic_runs.ask(task=TASK, actor=actor, now=NOW)
        return 0

    periodic_runs.run(task=TASK, work=work, now=NOW)
    assert not OutboxEvent.objects.exists()
