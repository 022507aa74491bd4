from __future__ import annotations

import logging
import signal
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import FrameType
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from core import health
from integrations.selectors import webhooks as known
from integrations.services import webhook_lanes

logger = logging.getLogger(__name__)

_BEAT_EVERY_SECONDS: Final = 15.0


class Command(BaseCommand):
    help = (
        "Send to webhooks what happened, to many at the same time. Runs until it is told to stop; several "
        "may run, also on several machines."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=0.5, help="seconds to rest when nothing waits")
        parser.add_argument("--threads", type=int, default=16, help="how many webhooks at the same time")
        parser.add_argument("--once", action="store_true", help="send what is due now, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def on_signal(signum: int, frame: FrameType | None) -> None:
            stop.set()

        if not options["once"]:
            signal.signal(signal.SIGTERM, on_signal)
            signal.signal(signal.SIGINT, on_signal)
        with ThreadPoolExecutor(options["threads"], thread_name_prefix="webhooks") as pool:
            Lanes(pool, most=options["threads"]).drive(
                stop, interval=options["interval"], once=options["once"]
            )


class Lanes:
    """Gives each webhook that has something due a thread of its own, and the thread back after a while."""

    def __init__(self, pool: ThreadPoolExecutor, *, most: int) -> None:
        self._pool = pool
        self._most = most
        self._running: dict[int, Future[None]] = {}
        self._beaten_at = float("-inf")

    def drive(self, stop: threading.Event, *, interval: float, once: bool) -> None:
        while not stop.is_set():
            started = self._round()
            if once and not started and not self._running:
                return
            if self._running:
                wait(self._running.values(), timeout=interval, return_when=FIRST_COMPLETED)
            elif not started:
                stop.wait(interval)

    def _round(self) -> int:
        self._running = {key: future for key, future in self._running.items() if not future.done()}
        try:
            if time.monotonic() - self._beaten_at >= _BEAT_EVERY_SECONDS:
                health.beat("webhooks", now=timezone.now())
                self._beaten_at = time.monotonic()
            ready = [key for key in known.ready(timezone.now()) if key not in self._running]
        except DatabaseError as error:
            # Messages wait where they are; the next round finds them.
            logger.warning("could not look for messages: %s", type(error).__name__)
            close_old_connections()
            return 0
        free = self._most - len(self._running)
        for key in ready[:free]:
            self._running[key] = self._pool.submit(_run, key)
        return len(ready[:free])


def _run(webhook_id: int) -> None:
    try:
        webhook_lanes.run(webhook_id=webhook_id, clock=timezone.now)
    except DatabaseError as error:
        logger.warning("sending to a webhook broke off: %s", type(error).__name__)
    except Exception:
        logger.exception("sending to a webhook broke off")
    finally:
        connection.close()
