"""The Celery app, and the only table of periodic jobs: what runs, how often, in which order on one day.

What a job does stands under its name in the `tasks.py` of its app (see `core.periodic`). Every job looks for
due work in the database in bounded batches and is safe to run twice or late; nothing depends on its
punctuality: what may be redeemed is judged at the request. Intervals are seconds in UTC. How each job goes is
seen under Operations, Periodic work.
"""

from __future__ import annotations

import os
import time
from typing import Any, Final

from celery import Celery, signals

from core import periodic
from core.periodic import Job, Stage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("fanfare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_MINUTE, _HOUR = 60, 3600
JOBS: Final = (
    # Starts, ends, and changes whose time has come: at most this late in lists and filters.
    Job("start and end campaigns", "promotions.tasks.settle_campaigns", every=20),
    Job("carry out approved changes whose time has come", "approvals.tasks.carry_out_due", every=20),
    Job(
        "remind of decisions, and tell others when they are overdue",
        "approvals.tasks.watch_deadlines",
        every=_MINUTE,
    ),
    Job("mail waiting invitations", "core.tasks.mail_invitations", every=20),
    Job("settle the nights of loyalty programmes", "loyalty.tasks.settle_nights", every=_MINUTE),
    Job("give rewards for recommendations", "referrals.tasks.give_rewards", every=_MINUTE),
    # What follows from it: customers, codes, messages, files.
    Job("look again at customers who were written", "commerce.tasks.follow_segments", 3, Stage.FOLLOWING),
    Job(
        "look at customers whom time moves between segments",
        "commerce.tasks.settle_segments",
        _HOUR,
        Stage.FOLLOWING,
    ),
    Job("publish the next minute's share", "promotions.tasks.publish_shares", 20, Stage.FOLLOWING),
    Job("remind of points that end soon", "loyalty.tasks.remind_of_points", _HOUR, Stage.FOLLOWING),
    Job("write to customers", "promotions.tasks.send_distributions", 5, Stage.FOLLOWING),
    Job("count what redemptions came to", "insights.tasks.count_metrics", 3, Stage.FOLLOWING),
    Job("look at alert rules", "insights.tasks.look_at_alert_rules", _MINUTE, Stage.FOLLOWING),
    Job("see where promotions collide", "calendar_app.tasks.refresh_conflicts", 5, Stage.FOLLOWING),
    Job(
        "mail notifications that wait",
        "approvals.tasks.mail_notifications",
        _MINUTE,
        Stage.FOLLOWING,
        is_watch=True,
    ),
    Job(
        "wake background jobs that stand still",
        "integrations.tasks.wake_jobs",
        2 * _MINUTE,
        Stage.FOLLOWING,
        expires=5 * _MINUTE,
    ),
    Job("write exports that wait", "integrations.tasks.write_exports", _MINUTE, Stage.FOLLOWING),
    # What expires, and what need not be kept.
    Job("tidy validation sessions that are over", "promotions.tasks.tidy_sessions", _MINUTE, Stage.TIDYING),
    Job("prune changes of the catalogue", "promotions.tasks.prune_catalogue_changes", _HOUR, Stage.TIDYING),
    Job("forget alerts that ended long ago", "insights.tasks.prune_alerts", _HOUR, Stage.TIDYING),
    Job("forget collisions that went long ago", "calendar_app.tasks.prune_conflicts", _HOUR, Stage.TIDYING),
    Job("prune exports", "integrations.tasks.prune_exports", _HOUR, Stage.TIDYING),
    Job("empty files that nobody imported", "integrations.tasks.empty_import_files", _HOUR, Stage.TIDYING),
    Job("prune logs of background jobs", "integrations.tasks.prune_job_logs", _HOUR, Stage.TIDYING),
    Job("prune messages of webhooks", "integrations.tasks.prune_webhook_messages", _HOUR, Stage.TIDYING),
    Job(
        "forget old answers to idempotency keys",
        "core.tasks.prune_idempotency_keys",
        _HOUR,
        Stage.TIDYING,
    ),
    Job("forget bearer tokens that have ended", "core.tasks.prune_oauth_tokens", _HOUR, Stage.TIDYING),
    Job("forget sign-ins that have ended", "core.tasks.prune_sign_ins", _HOUR, Stage.TIDYING),
    Job("forget how channels fared two days ago", "core.tasks.prune_channel_minutes", _HOUR, Stage.TIDYING),
    # The house proves itself, and seals what all of them wrote.
    Job("prove that counters say what their rows say", "promotions.tasks.reconcile", _HOUR, Stage.PROVING),
    Job("prove that metrics say what the rows say", "insights.tasks.prove_metrics", _HOUR, Stage.PROVING),
    Job("prove that sealed rows say what they said", "core.tasks.verify_audit", _HOUR, Stage.PROVING),
    Job(
        "seal what must stay as it is",
        "core.tasks.seal_audit",
        _MINUTE,
        Stage.SEALING,
        expires=5 * _MINUTE,
    ),
    # Of the processes of this installation.
    Job("watch over its processes", "insights.tasks.watch_processes", 20, is_daily=False, is_watch=True),
    Job("prove that beat and workers live", "core.tasks.heartbeat", 20, expires=_MINUTE, is_daily=False),
)
app.conf.beat_schedule = periodic.schedule(JOBS)

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
    """What became due while no beat ran is sent now; `/readyz` need not wait for the first interval."""
    import logging

    from django.db import DatabaseError, connection
    from django.utils import timezone

    from core import periodic_standings
    from core.services import periodic_runs

    app.send_task("core.tasks.heartbeat", expires=60)
    now = timezone.now()
    try:
        periodic_runs.announce([job.task for job in periodic.jobs()], now=now)
        for job in periodic_standings.overdue(now=now):
            app.send_task(job.task, expires=job.every)
    except DatabaseError:
        logging.getLogger(__name__).warning("could not look for overdue periodic jobs")
    finally:
        connection.close()


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
