"""The one registry of periodic work: Celery beat takes its times from here, `daily_jobs` runs all of it.

In the `tasks.py` of any app, one line makes a job of a function that acts as of `now`:

    @periodic.job("prune exports", every=3600)
    def prune_exports(now: datetime) -> int:
        return exports.prune(before=now - _KEPT_FOR, now=now)

The function looks for what is due in the database, returns how much it dealt with, and does nothing the
second time. What stands under its name afterwards is its Celery task.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from celery import shared_task
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

logger = logging.getLogger(__name__)

Work = Callable[[datetime], int | None]


class Stage(IntEnum):
    """In which order `daily_jobs` goes: what is due, what follows from it, what may go, what is proved, and
    the seal on what all of them wrote.
    """

    DUE = 1
    FOLLOWING = 2
    TIDYING = 3
    PROVING = 4
    SEALING = 5


@dataclass(frozen=True, kw_only=True)
class PeriodicJob:
    """`run(now)` returns how much it dealt with, or None when it was not due."""

    title: str
    task: str
    run: Work
    stage: Stage
    is_daily: bool


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of one job; `error` is empty unless it broke."""

    job: PeriodicJob
    count: int | None = None
    error: str = ""


beat_schedule: Final[dict[str, dict[str, Any]]] = {}
"""Celery's own form, filled while the apps' `tasks.py` are read."""

_jobs: dict[str, PeriodicJob] = {}


def job(
    title: str,
    *,
    every: int,
    stage: Stage = Stage.DUE,
    expires: int | None = None,
    is_daily: bool = True,
) -> Callable[[Work], Any]:
    """Make a periodic job of a function, every so many seconds; returns its Celery task.

    `title` says what it does, in words that complete "it is time to". A message that waited for `expires`
    seconds (as long as the interval, if nothing is said) is dropped. `is_daily` False: it is about the
    processes of this installation, so that `daily_jobs` leaves it out.
    """

    def register(work: Work) -> Any:
        @functools.wraps(work)
        def run_now(**_: Any) -> int | None:
            return work(timezone.now())

        task = f"{work.__module__}.{work.__name__}"
        _jobs[task] = PeriodicJob(title=title, task=task, run=work, stage=stage, is_daily=is_daily)
        options = {"expires": every if expires is None else expires}
        beat_schedule[title] = {"task": task, "schedule": float(every), "options": options}
        return shared_task(name=task)(run_now)

    return register


def jobs() -> list[PeriodicJob]:
    """The jobs of all apps, in the order in which `daily_jobs` runs them."""
    autodiscover_modules("tasks")
    return sorted(_jobs.values(), key=lambda one: (one.stage, one.task))


def run_all(*, now: datetime) -> Iterator[Ran]:
    """Do everything that is due at `now`, job by job, each in its own transactions.

    One that breaks is logged, and does not keep the others from their work.
    """
    for one in jobs():
        if not one.is_daily:
            continue
        try:
            yield Ran(job=one, count=one.run(now))
        except Exception as error:
            logger.exception("periodic job %s failed", one.task)
            yield Ran(job=one, error=f"{type(error).__name__}: {error}")
