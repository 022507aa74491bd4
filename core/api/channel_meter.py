"""Counts what each API key was answered and how fast, at next to no cost for a call.

A call adds to numbers in the memory of its process. A thread of its own, begun with the first call, adds
them to the rows of their minutes every few seconds (`core.selectors.channels` reads them); a process that is
killed takes that much with it. Nothing that goes wrong here reaches a caller. Only web processes count: tests
and commands call themselves.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from core.api.guesses import TooManyUnknownCodes
from core.api.middleware import API_PREFIXES
from core.latency import place_of
from core.models import ChannelMinute
from core.services import channel_minutes
from core.services.channel_minutes import Cell, Counts

logger = logging.getLogger(__name__)

EVERY_SECONDS: Final = 5
MOST_CELLS: Final = 2_000
"""So much is kept at most while the database is away."""
_THOUSAND: Final = 1_000
_Work: Final = ChannelMinute.Work
_ASKED_BY_GET: Final = "client/v1/validate"
_MISTAKES: Final = frozenset({"invalid_payload", "invalid_query_params", "payload_too_large"})

Write = Callable[[Mapping[Cell, Counts]], None]


class Meter:
    """What this process has counted and not written yet."""

    def __init__(self, write: Write, *, every_seconds: float = EVERY_SECONDS) -> None:
        self._write, self._every_seconds = write, every_seconds
        self.begin_anew()

    def begin_anew(self) -> None:
        """Of a child after a fork: numbers and thread are its parent's."""
        self._lock = threading.Lock()
        self._cells: dict[Cell, Counts] = {}
        self._thread: threading.Thread | None = None
        self._is_over = threading.Event()

    def note(
        self, app_id: str, work: str, *, status: int, is_refusal: bool, milliseconds: int, at: int
    ) -> None:
        """One answer. `at`: seconds since 1970."""
        key, place = (at // 60, app_id, work), place_of(milliseconds)
        with self._lock:
            counts = self._cells.get(key)
            if counts is None:
                if len(self._cells) >= MOST_CELLS:
                    return
                counts = self._cells[key] = Counts()
            counts.calls += 1
            counts.refused += is_refusal
            counts.client_errors += 400 <= status < 500 and not is_refusal
            counts.server_errors += status >= 500
            counts.took[place] += 1
            if milliseconds > counts.slowest:
                counts.slowest = milliseconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, name="channel-meter", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Write what was counted; what cannot be written waits for the next time."""
        with self._lock:
            taken, self._cells = self._cells, {}
        if not taken:
            return
        try:
            self._write(taken)
        except Exception:
            logger.warning("figures of channels wait", exc_info=True)
            self._put_back(taken)

    def stop(self) -> None:
        """At the end of a process: what is there is written."""
        self._is_over.set()
        self.flush()

    def _go_on(self) -> None:
        while not self._is_over.wait(self._every_seconds):
            self.flush()

    def _put_back(self, taken: dict[Cell, Counts]) -> None:
        with self._lock:
            for key, counts in taken.items():
                mine = self._cells.get(key)
                if mine is not None:
                    mine.add(counts)
                elif len(self._cells) < MOST_CELLS:
                    self._cells[key] = counts


def _store(counted: Mapping[Cell, Counts]) -> None:
    """The connection goes back to the pool: the thread needs it for a moment only."""
    try:
        channel_minutes.add(counted)
    finally:
        connection.close()


_meter: Final = Meter(_store)
_is_counting: Final = settings.FANFARE_PROCESS == "web"
if _is_counting:
    os.register_at_fork(after_in_child=_meter.begin_anew)
    atexit.register(_meter.stop)


def note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count an answer of the API under the key that asked."""
    if _is_counting and request.path_info.startswith(API_PREFIXES):
        try:
            count(_meter, request, response, seconds)
        except Exception:
            logger.warning("a call was not counted", exc_info=True)


def count(meter: Meter, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    credentials = getattr(request, "auth", None)
    route = request.resolver_match.route if request.resolver_match else ""
    work = work_of(route if request.method == "POST" or route == _ASKED_BY_GET else "")
    meter.note(
        credentials.key.app_id if credentials is not None else "",
        work,
        status=response.status_code,
        is_refusal=work != _Work.OTHER and is_refusal(response),
        milliseconds=round(seconds * _THOUSAND),
        at=int(time.time()),
    )


@lru_cache(maxsize=1_024)
def work_of(route: str) -> str:
    """Which kind of work is sent to a route: `v1/redemptions/<id>/rollback` -> REDEMPTION."""
    if "/redemption" in route or route.endswith("/redeem"):
        return _Work.REDEMPTION.value
    if route.endswith(("/validations", "/validate", "/qualifications")):
        return _Work.VALIDATION.value
    return _Work.OTHER.value


def is_refusal(response: HttpResponseBase) -> bool:
    """A proper no: the call was right, but what it asked for is not given now."""
    data: Any = getattr(response, "data", None)
    if not isinstance(data, Mapping):
        return False
    if response.status_code < 300:
        return data.get("valid") is False
    if response.status_code == TooManyUnknownCodes.status:
        return data.get("key") == TooManyUnknownCodes.key
    return response.status_code in {400, 404, 409} and data.get("key") not in _MISTAKES
