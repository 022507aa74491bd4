"""The Celery app and the only table of periodic jobs.

Every job looks for due work in the database and is safe to run twice or late; nothing depends on its
punctuality.
"""

from __future__ import annotations

import os
import time
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("fanfare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "heartbeat": {"task": "core.tasks.heartbeat", "schedule": 20.0, "options": {"expires": 60}},
    "wake stalled jobs": {
        "task": "integrations.tasks.wake_jobs",
        "schedule": 120.0,
        "options": {"expires": 300},
    },
    # Requests are written at once; this finds what a dead worker left.
    "write waiting exports": {
        "task": "integrations.tasks.write_exports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "prune exports": {
        "task": "integrations.tasks.prune_exports",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "seal what must stay as it is": {
        "task": "core.tasks.seal_audit",
        "schedule": 60.0,
        "options": {"expires": 300},
    },
    # Once after each night, asked more often like the other proofs.
    "prove that sealed rows say what they said": {
        "task": "core.tasks.verify_audit",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # Late, people hear later; who may decide is said by what was written, not by the clock.
    "remind of decisions, and tell others when they are overdue": {
        "task": "approvals.tasks.watch_deadlines",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Notifications are mailed at once; this finds those whose message was lost or whose mail server was away.
    "mail waiting notifications": {
        "task": "approvals.tasks.mail_notifications",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # What it finds late is carried out late, in the order of the times it was meant for.
    "carry out approved changes whose time has come": {
        "task": "approvals.tasks.carry_out_due",
        "schedule": 20.0,
        "options": {"expires": 20},
    },
    "forget old answers to idempotency keys": {
        "task": "core.tasks.prune_idempotency_keys",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "forget bearer tokens that have ended": {
        "task": "core.tasks.prune_oauth_tokens",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "start and end campaigns": {
        "task": "promotions.tasks.settle_campaigns",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "tidy validation sessions that are over": {
        "task": "promotions.tasks.tidy_sessions",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Once after each night; asked more often, so that a night without a worker is made up for.
    "prove that counters say what their rows say": {
        "task": "promotions.tasks.reconcile",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "prune changes of the catalogue": {
        "task": "promotions.tasks.prune_catalogue_changes",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

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
