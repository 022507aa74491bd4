"""Shells around core services for Celery. They carry ids only and are safe to run twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import shared_task
from django.utils import timezone

from core import dispatch, health, idempotency, periodic
from core.actors import Actor
from core.periodic import Stage
from core.services import audit_verification, invitations, oauth_tokens, sealing


@shared_task(acks_late=True)
def deliver_event(*, delivery_id: int, **_: Any) -> bool:
    return dispatch.deliver(delivery_id=delivery_id, now=timezone.now())


@periodic.job("prove that beat and workers live", every=20, expires=60, is_daily=False)
def heartbeat(now: datetime) -> None:
    """Sent by beat, run by a worker: proves that both live and that messages travel between them."""
    health.beat("beat", now=now)


@periodic.job("seal what must stay as it is", every=60, expires=300, stage=Stage.SEALING)
def seal_audit(now: datetime) -> int:
    return sealing.seal(now=now)


@periodic.job("prove that sealed rows say what they said", every=3600, stage=Stage.PROVING)
def verify_audit(now: datetime) -> int | None:
    """Asked every hour, done once after each night, so that a night without a worker is made up for; returns
    what was found.
    """
    actor = Actor.system("verify audit", channel="TASK")
    done = audit_verification.run_when_due(actor=actor, now=now)
    return None if done is None else len(done.findings)


@periodic.job("forget old answers to idempotency keys", every=3600, stage=Stage.TIDYING)
def prune_idempotency_keys(now: datetime) -> int:
    before = now - idempotency.KEPT_FOR
    return _all_of(lambda: idempotency.prune(before=before))


@periodic.job("mail waiting invitations", every=20)
def mail_invitations(now: datetime) -> int:
    return invitations.send_waiting(now=now)


@periodic.job("forget bearer tokens that have ended", every=3600, stage=Stage.TIDYING)
def prune_oauth_tokens(now: datetime) -> int:
    return _all_of(lambda: oauth_tokens.prune(now=now))


def _all_of(batch: Callable[[], int]) -> int:
    """Batch after batch until one finds nothing; how many there were."""
    total = 0
    while forgotten := batch():
        total += forgotten
    return total
