from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from kombu.exceptions import OperationalError

from core import dispatch, health, watching
from core.tasks import deliver_event

logger = logging.getLogger(__name__)

_BEAT_EVERY_SECONDS = 15.0


class Command(BaseCommand):
    help = "Hand committed events to the Celery workers. Runs until it is told to stop; several may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=0.5, help="seconds to rest when nothing waits")
        parser.add_argument("--once", action="store_true", help="do what waits now, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def on_signal(signum: int, frame: FrameType | None) -> None:
            stop.set()

        if not options["once"]:
            signal.signal(signal.SIGTERM, on_signal)
            signal.signal(signal.SIGINT, on_signal)
            watching.begin(stop)
        beaten_at = float("-inf")
        while not stop.is_set():
            sent = 0
            try:
                if time.monotonic() - beaten_at >= _BEAT_EVERY_SECONDS:
                    health.beat("dispatcher", now=timezone.now())
                    beaten_at = time.monotonic()
                sent = hand_over()
            except (DatabaseError, OperationalError, OSError) as error:
                # Committed rows wait where they are; the next round finds them.
                logger.warning("could not hand over events: %s", type(error).__name__)
                close_old_connections()
            if options["once"] and not sent:
                return
            if not sent:
                stop.wait(options["interval"])


def hand_over() -> int:
    """One round: plan new events, then send what is new and what is due again; returns how many were sent or
    planned.
    """
    now = timezone.now()
    ids = dispatch.plan(now=now) + dispatch.due(now=now)
    for delivery_id in ids:
        deliver_event.delay(delivery_id=delivery_id)
    return len(ids)
