"""Shells around core services for Celery. They carry ids only and are safe to run twice."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from core import dispatch, health, idempotency
from core.actors import Actor
from core.services import audit_verification, oauth_tokens, sealing


@shared_task(acks_late=True)
def deliver_event(*, delivery_id: int, **_: Any) -> bool:
    return dispatch.deliver(delivery_id=delivery_id, now=timezone.now())


@shared_task
def heartbeat(**_: Any) -> None:
    """Sent by beat, run by a worker: proves that both live and that messages travel between them."""
    health.beat("beat", now=timezone.now())


@shared_task
def seal_audit(**_: Any) -> int:
    return sealing.seal(now=timezone.now())


@shared_task
def verify_audit(**_: Any) -> int | None:
    """Asked every hour, done once after each night; returns what was found."""
    actor = Actor.system("verify audit", channel="TASK")
    done = audit_verification.run_when_due(actor=actor, now=timezone.now())
    return None if done is None else len(done.findings)


@shared_task
def prune_idempotency_keys(**_: Any) -> int:
    before, total = timezone.now() - idempotency.KEPT_FOR, 0
    while forgotten := idempotency.prune(before=before):
        total += forgotten
    return total


@shared_task(acks_late=True)
def prune_oauth_tokens(**_: Any) -> int:
    total = 0
    while forgotten := oauth_tokens.prune(now=timezone.now()):
        total += forgotten
    return total
