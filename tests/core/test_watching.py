"""What the dispatcher runs beside its work."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest

from core import periodic, watching
from core.periodic import Job
from tests.conftest import NOW


class Watch(Job):
    """Notes when it ran, or breaks."""

    ran: list[str]
    is_broken: bool

    def run_alone(self, now: datetime) -> int | None:
        self.ran.append(self.task)
        if self.is_broken:
            raise OSError("away")
        return 1


def watch(task: str, every: int, ran: list[str], *, is_broken: bool = False) -> Job:
    made = Watch(task, task, every)
    object.__setattr__(made, "ran", ran)
    object.__setattr__(made, "is_broken", is_broken)
    return made


def test_each_watch_has_its_turn_at_its_interval_and_one_that_breaks_stops_no_other() -> None:
    ran: list[str] = []
    jobs = [watch("often", 20, ran, is_broken=True), watch("seldom", 60, ran)]
    turns = watching.Turns(lambda: jobs)

    for second in range(0, 121, 5):
        turns.take(now=NOW, elapsed=float(second))

    assert (ran.count("often"), ran.count("seldom")) == (7, 3)


def test_silent_processes_are_watched_and_told_of_beside_beat_and_workers() -> None:
    watched = {job.task for job in periodic.watches()}

    assert watched == {"insights.tasks.watch_processes", "approvals.tasks.mail_notifications"}


@pytest.mark.django_db(transaction=True)
def test_the_thread_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    stop.set()

    thread = watching.begin(stop)
    thread.join(timeout=30)

    assert not thread.is_alive()
