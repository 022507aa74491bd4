"""How periodic work goes: what runs, what is late, what fails. Two queries for all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import connection
from prometheus_client.core import GaugeMetricFamily

from core import periodic
from core.models import PeriodicRun
from core.periodic import Job
from core.services import periodic_runs

MOST_INTERVALS: Final = 3
"""Behind by more than so many intervals it is trouble."""
MOST_FAILURES: Final = 3
"""So many failures in a row are trouble."""
PATIENCE: Final = timedelta(seconds=90)
"""Nobody has to look before that, however short the interval."""


class State(StrEnum):
    FINE = "FINE"
    NEW = "NEW"
    RUNNING = "RUNNING"
    LATE = "LATE"
    FAILED = "FAILED"
    FAILING = "FAILING"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One job at one moment. `lag`: for how long it has been due without having been started."""

    job: Job
    run: PeriodicRun | None
    state: State
    lag: timedelta

    @property
    def is_trouble(self) -> bool:
        return self.state in {State.LATE, State.FAILING}


def standings(*, now: datetime) -> list[Standing]:
    """Of all jobs, in the order of `daily_jobs`."""
    rows = {row.task: row for row in PeriodicRun.objects.all()}
    running = _running()
    return [_standing(job, rows.get(job.task), running, now) for job in periodic.jobs()]


def troubles(*, now: datetime) -> list[Standing]:
    """Those that somebody has to look after, longest behind first."""
    found = [one for one in standings(now=now) if one.is_trouble]
    return sorted(found, key=lambda one: one.lag, reverse=True)


def overdue(*, now: datetime) -> list[Job]:
    """The jobs whose turn has come and gone: a beat that starts sends them at once."""
    return [one.job for one in standings(now=now) if one.lag and one.state is not State.RUNNING]


def gauges(now: datetime) -> Iterator[GaugeMetricFamily]:
    """For Prometheus."""
    lag = GaugeMetricFamily("fanfare_periodic_lag_seconds", "How long a job has been due.", labels=["job"])
    failures = GaugeMetricFamily("fanfare_periodic_failures", "Failures in a row.", labels=["job"])
    for one in standings(now=now):
        lag.add_metric([one.job.task], one.lag.total_seconds())
        failures.add_metric([one.job.task], one.run.failures if one.run else 0)
    yield from (lag, failures)


def _running() -> frozenset[int]:
    """The numbers of the jobs that are at work now, in whatever process."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [periodic_runs.LOCKS],
        )
        return frozenset(number for (number,) in cursor.fetchall())


def _standing(job: Job, run: PeriodicRun | None, running: frozenset[int], now: datetime) -> Standing:
    is_running = periodic_runs.lock_number(job.task) in running
    lag = timedelta() if run is None or is_running else _lag(job, run, now)
    return Standing(job=job, run=run, lag=lag, state=_state(job, run, lag, is_running=is_running))


def _lag(job: Job, run: PeriodicRun, now: datetime) -> timedelta:
    due_at = (run.started_at or run.since) + timedelta(seconds=job.every)
    return max(timedelta(), now - due_at)


def _state(job: Job, run: PeriodicRun | None, lag: timedelta, *, is_running: bool) -> State:
    if run is None:
        return State.NEW
    failures = run.failures + (run.is_open and not is_running)
    if failures >= MOST_FAILURES:
        return State.FAILING
    if lag > max(PATIENCE, MOST_INTERVALS * timedelta(seconds=job.every)):
        return State.LATE
    if is_running:
        return State.RUNNING
    if failures:
        return State.FAILED
    return State.FINE if run.started_at else State.NEW
