"""The registry of periodic work: beat takes its times from here, workers and `daily_jobs` its functions.

Two halves meet. In the `tasks.py` of any app a function that acts as of `now` is made a job:

    @periodic.job
    def prune_exports(now: datetime) -> int:
        return exports.prune(before=now - _KEPT_FOR, now=now)

and `config/celery.py` says in one table what it is called and when it runs. The function looks for what is
due in the database, returns how much it dealt with, and does nothing the second time. What stands under its
name afterwards is its Celery task, which runs once at a time and writes down how it went
(`core.services.periodic_runs`).
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from celery import current_app, shared_task
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

logger = logging.getLogger(__name__)

Work = Callable[[datetime], int | None]

_BATCHES_FOR_SECONDS: Final = 30


class MoreLeft(int):
    """How much a job dealt with that stopped although there is more: it is sent again at once."""


class Stage(IntEnum):
    """In which order `daily_jobs` goes: what is due, what follows from it, what may go, what is proved, and
    the seal on what all of them wrote.
    """

    DUE = 1
    FOLLOWING = 2
    TIDYING = 3
    PROVING = 4
    SEALING = 5


@dataclass(frozen=True)
class Job:
    """One line of the table. `title` says what it does, in words that complete "it is time to".

    A message that waited for `expires` seconds (as long as the interval, if nothing is said) is dropped.
    `is_daily` False: it is about the processes of this installation, so that `daily_jobs` leaves it out.
    `is_watch`: the dispatcher runs it, too, because it must go on when beat or the workers are silent.
    """

    title: str
    task: str
    every: int
    stage: Stage = Stage.DUE
    expires: int | None = None
    is_daily: bool = True
    is_watch: bool = False

    def run_alone(self, now: datetime) -> int | None:
        """Once at a time and written down, as a worker runs it."""
        return _run(self.task, _works[self.task], now)

    def run(self, now: datetime) -> int | None:
        """Everything that is due at `now`; how much it dealt with, or None when it was not due."""
        total, more = 0, True
        while more:
            done = _works[self.task](now)
            if done is None:
                return total or None
            total += done
            more = isinstance(done, MoreLeft)
        return total


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of one job; `error` is empty unless it broke."""

    job: Job
    count: int | None = None
    error: str = ""


_works: dict[str, Work] = {}
_table: dict[str, Job] = {}


def job(work: Work) -> Any:
    """Make a periodic job of a function; returns its Celery task."""
    task = f"{work.__module__}.{work.__name__}"
    _works[task] = work

    @functools.wraps(work)
    def run_now(**_: Any) -> int | None:
        done = _run(task, work, timezone.now())
        if isinstance(done, MoreLeft):
            _send_again(task)
        return done

    return shared_task(name=task)(run_now)


def schedule(table: Sequence[Job]) -> dict[str, dict[str, Any]]:
    """Take over the table of `config/celery.py`; returns it in Celery's own form."""
    _table.clear()
    _table.update((one.task, one) for one in table)
    return {
        one.title: {
            "task": one.task,
            "schedule": one.every,
            "options": {"expires": one.every if one.expires is None else one.expires},
        }
        for one in table
    }


def jobs() -> list[Job]:
    """The jobs of all apps, in the order in which `daily_jobs` runs them."""
    known = registered()
    return sorted(
        (one for one in _table.values() if one.task in known), key=lambda one: (one.stage, one.task)
    )


def watches() -> list[Job]:
    """Those that go on without beat and workers."""
    return [one for one in jobs() if one.is_watch]


def registered() -> frozenset[str]:
    """The tasks that the apps' `tasks.py` make jobs of, whether the table names them or not."""
    autodiscover_modules("tasks")
    return frozenset(_works)


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


def batches(batch: Callable[[], int], *, seconds: int = _BATCHES_FOR_SECONDS) -> int:
    """Batch after batch until one finds nothing, or for so long; how much there was."""
    ends, total = time.monotonic() + seconds, 0
    while done := batch():
        total += done
        if time.monotonic() >= ends:
            return MoreLeft(total)
    return total


def _run(task: str, work: Work, now: datetime) -> int | None:
    from core.services import periodic_runs  # Celery reads the table before Django has its models

    return periodic_runs.run(task=task, work=work, now=now)


def _send_again(task: str) -> None:
    """A broker that is away just now is no failure of the work: its next turn goes on."""
    one = _table.get(task)
    try:
        current_app.send_task(task, expires=one.every if one else None)
    except Exception:
        logger.warning("periodic job %s goes on at its next turn only", task, exc_info=True)
