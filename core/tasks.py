"""Shells around core services for Celery. They carry ids only and are safe to run twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from celery import shared_task
from django.utils import timezone

from core import dispatch, health, idempotency, periodic
from core.actors import Actor
from core.services import (
    audit_verification,
    channel_minutes,
    invitations,
    oauth_tokens,
    sealing,
    sign_ins,
)

_CHANNELS_KEPT_FOR: Final = timedelta(days=2)


@shared_task(acks_late=True)
def deliver_event(*, delivery_id: int, **_: Any) -> bool:
    return dispatch.deliver(delivery_id=delivery_id, now=timezone.now())


@periodic.job
def heartbeat(now: datetime) -> None:
    """Sent by beat, run by a worker: proves that both live and that messages travel between them."""
    health.beat("beat", now=now)


@periodic.job
def seal_audit(now: datetime) -> int:
    return sealing.seal(now=now)


@periodic.job
def verify_audit(now: datetime) -> int | None:
    """Asked every hour, done once after each night, so that a night without a worker is made up for; returns
    what was found.
    """
    actor = Actor.system("verify audit", channel="TASK")
    done = audit_verification.run_when_due(actor=actor, now=now)
    return None if done is None else len(done.findings)


@periodic.job
def prune_idempotency_keys(now: datetime) -> int:
    before = now - idempotency.KEPT_FOR
    return periodic.batches(lambda: idempotency.prune(before=before))


@periodic.job
def mail_invitations(now: datetime) -> int:
    return invitations.send_waiting(now=now)


@periodic.job
def prune_oauth_tokens(now: datetime) -> int:
    return periodic.batches(lambda: oauth_tokens.prune(now=now))


@periodic.job
def prune_sign_ins(now: datetime) -> int:
    return periodic.batches(lambda: sign_ins.prune(now=now))


@periodic.job
def prune_channel_minutes(now: datetime) -> int:
    return periodic.batches(lambda: channel_minutes.prune(before=now - _CHANNELS_KEPT_FOR))
