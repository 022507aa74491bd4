"""The Celery app. Its periodic jobs stand in the apps' `tasks.py` (see `core.periodic`).

Every job looks for due work in the database and is safe to run twice or late; nothing depends on its
punctuality.
"""

from __future__ import annotations

import os
import time
from typing import Any

from celery import Celery, signals

from core import periodic

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("fanfare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The apps' `tasks.py` fill it while Celery reads them.
app.conf.beat_schedule = periodic.beat_schedule

_NOTE_EVERY_SECONDS = 15.0
_noted_at = float("-inf")


@signals.setup_logging.connect
def use_our_logging(**_: Any) -> None:
    """Celery would otherwise put its own handlers over settings.LOGGING."""
    import logging.config

    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@signals.beat_init.connect
def beat_at_once(**_: Any) -> None:
    """`/readyz` need not wait for the first interval."""
    app.send_task("core.tasks.heartbeat", expires=60)


@signals.heartbeat_sent.connect
@signals.worker_ready.connect
def note_worker(**_: Any) -> None:
    """The worker's main process says that it lives; a database that is away must not stop it."""
    global _noted_at
    if time.monotonic() - _noted_at < _NOTE_EVERY_SECONDS:
        return
    import logging

    from django.db import DatabaseError, connection
    from django.utils import timezone

    from core import health

    try:
        health.beat("worker", now=timezone.now())
        _noted_at = time.monotonic()
    except DatabaseError:
        logging.getLogger(__name__).warning("could not note the worker's heartbeat")
    finally:
        connection.close()
