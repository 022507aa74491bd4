"""Which periodic jobs keep their times: late, failing, running, or never heard of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core import periodic, periodic_standings
from core.models import PeriodicRun
from core.periodic import Job
from core.periodic_standings import Standing, State
from core.services import periodic_runs
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
QUICK, SLOW = "tests.quick", "tests.slow"


@pytest.fixture(autouse=True)
def two_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    periodic.jobs()
    monkeypatch.setattr(periodic, "_works", {QUICK: lambda now: 0, SLOW: lambda now: 0})
    monkeypatch.setattr(periodic, "_table", {})
    periodic.schedule([Job("be quick", QUICK, every=3), Job("be slow", SLOW, every=3600)])


def keep(task: str, **columns: Any) -> None:
    PeriodicRun.objects.create(task=task, **{"since": NOW - timedelta(days=9), **columns})


def of(task: str, *, at: datetime = NOW) -> Standing:
    return next(one for one in periodic_standings.standings(now=at) if one.job.task == task)


def ended(ago: timedelta) -> dict[str, Any]:
    return {"started_at": NOW - ago, "ended_at": NOW - ago, "succeeded_at": NOW - ago}


@pytest.mark.parametrize(
    ("task", "ago", "state", "lag"),
    [
        (SLOW, timedelta(minutes=59), State.FINE, timedelta()),
        (SLOW, timedelta(hours=2), State.FINE, timedelta(hours=1)),
        (SLOW, timedelta(hours=4), State.FINE, timedelta(hours=3)),
        (SLOW, timedelta(hours=4, seconds=1), State.LATE, timedelta(hours=3, seconds=1)),
        (QUICK, timedelta(seconds=93), State.FINE, timedelta(seconds=90)),
        (QUICK, timedelta(seconds=94), State.LATE, timedelta(seconds=91)),
    ],
)
def test_three_intervals_behind_is_late(task: str, ago: timedelta, state: State, lag: timedelta) -> None:
    """However short the interval, nobody has to look within a minute and a half."""
    keep(task, **ended(ago))

    found = of(task)

    assert (found.state, found.lag, found.is_trouble) == (state, lag, state is State.LATE)


def test_what_never_ran_is_waited_for_since_it_is_known() -> None:
    keep(SLOW, since=NOW)

    assert of(QUICK).state is State.NEW
    assert of(SLOW).state is State.NEW
    assert of(SLOW, at=NOW + timedelta(hours=5)).state is State.LATE


@pytest.mark.parametrize(
    ("failures", "state"), [(0, State.FINE), (1, State.FAILED), (2, State.FAILED), (3, State.FAILING)]
)
def test_three_failures_in_a_row_are_trouble(failures: int, state: State) -> None:
    keep(SLOW, failures=failures, error="ValueError: planted", **ended(timedelta(minutes=1)))

    assert (of(SLOW).state, of(SLOW).is_trouble) == (state, failures >= 3)


def test_a_run_whose_worker_died_is_a_failure_before_the_next_one_says_so() -> None:
    keep(SLOW, failures=2, started_at=NOW - timedelta(minutes=1))

    assert of(SLOW).state is State.FAILING


def test_what_runs_is_not_late() -> None:
    keep(QUICK, **ended(timedelta(hours=1)))
    seen: list[Standing] = []

    def work(now: datetime) -> int:
        seen.append(of(QUICK, at=NOW + timedelta(minutes=30)))
        return 0

    periodic_runs.run(task=QUICK, work=work, now=NOW)

    assert [(one.state, one.lag) for one in seen] == [(State.RUNNING, timedelta())]


def test_a_beat_that_starts_sends_what_is_overdue() -> None:
    keep(QUICK, **ended(timedelta(seconds=2)))
    keep(SLOW, **ended(timedelta(hours=2)))

    assert [job.task for job in periodic_standings.overdue(now=NOW)] == [SLOW]
    assert periodic_standings.troubles(now=NOW) == []


def test_numbers_for_prometheus() -> None:
    keep(SLOW, failures=2, **ended(timedelta(hours=2)))

    lag, failures = periodic_standings.gauges(NOW)

    assert {one.labels["job"]: one.value for one in lag.samples} == {QUICK: 0, SLOW: 3600}
    assert {one.labels["job"]: one.value for one in failures.samples} == {QUICK: 0, SLOW: 2}
