"""Watching over beat and workers from beside them, in the dispatcher: who is silent cannot say so himself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import close_old_connections, connections
from django.utils import timezone

from core import periodic
from core.periodic import Job

logger = logging.getLogger(__name__)

_ROUND_SECONDS: Final = 5.0


def begin(stop: threading.Event) -> threading.Thread:
    """Run the watches in a thread of its own until `stop`: a mail server that is slow holds no event back."""
    thread = threading.Thread(target=_watch, args=(stop,), name="watch", daemon=True)
    thread.start()
    return thread


def _watch(stop: threading.Event) -> None:
    turns = Turns()
    try:
        while not stop.is_set():
            turns.take(now=timezone.now(), elapsed=time.monotonic())
            close_old_connections()
            stop.wait(_ROUND_SECONDS)
    finally:
        connections.close_all()


class Turns:
    """Whose turn it is: each watch at its interval. One that breaks is logged, and keeps nobody else back."""

    def __init__(self, jobs: Callable[[], list[Job]] = periodic.watches) -> None:
        self._jobs = jobs
        self._taken: dict[str, float] = {}

    def take(self, *, now: datetime, elapsed: float) -> list[str]:
        """Run what is due; returns the tasks. `elapsed` are the seconds of a clock that never goes back."""
        ran = []
        for job in self._jobs():
            last = self._taken.get(job.task)
            if last is not None and elapsed - last < job.every:
                continue
            self._taken[job.task] = elapsed
            ran.append(job.task)
            try:
                job.run_alone(now)
            except Exception:
                logger.exception("the watch %s failed", job.task)
        return ran
