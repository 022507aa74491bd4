"""Shells around core services for Celery. They carry ids only and are safe to run twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from core import audit, dispatch, health, idempotency

_SEAL_AFTER = timedelta(seconds=30)


@shared_task(acks_late=True)
def deliver_event(*, delivery_id: int, **_: Any) -> bool:
    return dispatch.deliver(delivery_id=delivery_id, now=timezone.now())


@shared_task
def heartbeat(**_: Any) -> None:
    """Sent by beat, run by a worker: proves that both live and that messages travel between them."""
    health.beat("beat", now=timezone.now())


@shared_task
def seal_audit(**_: Any) -> int:
    return audit.seal(older_than=timezone.now() - _SEAL_AFTER)


@shared_task
def prune_idempotency_keys(**_: Any) -> int:
    before, total = timezone.now() - idempotency.KEPT_FOR, 0
    while forgotten := idempotency.prune(before=before):
        total += forgotten
    return total
