"""Sending what waits: one message of a webhook after the other, several webhooks at the same time.

A lane is a webhook whose turn somebody has taken: by a lease that ends by itself, so that a process that dies
leaves nothing behind but one message that goes out twice, under the same id. No transaction is open while the
receiver is spoken to.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Max, Q

from core import audit, events, project
from core.actors import Actor
from core.locking import lock
from integrations import envelopes, sealed, signatures
from integrations.models import Webhook, WebhookAttempt, WebhookDelivery
from integrations.selectors import webhooks as known
from integrations.services import sending, webhooks
from integrations.services.sending import Sent

STOPPED: Final = "webhook.stopped"
# Contract: data file 13. After the first attempt come as many as there are steps, over 58 hours.
STEPS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440)
)
JITTER_PERCENT: Final = 10
LEASE: Final = timedelta(seconds=60)
# A post ends within ten seconds; what is longer than that is left of a lease is renewed first.
_RENEWED_BEFORE: Final = timedelta(seconds=25)
# What somebody skips or switches off meanwhile is noticed a second later.
_LOOKS_EVERY: Final = timedelta(seconds=1)
_SEEN_AT_ONCE: Final = 50
_TOUCHED_EVERY: Final = timedelta(seconds=15)
_SENDER: Final = Actor.system("webhooks", channel="TASK")

Clock = Callable[[], datetime]


def run(*, webhook_id: int, clock: Clock, most: int = 200) -> int:
    """Send what is due of one webhook, in order, until a message fails; returns how many were tried.

    The clock is read before and after each attempt. `most` gives others a turn.
    """
    lease = secrets.token_hex(16)
    if not _take(webhook_id, lease, clock()):
        return 0
    tried = 0
    project_id = project.current().public_id
    leased_until = clock() + LEASE
    waiting: list[WebhookDelivery] = []
    looked_at = clock()
    try:
        while tried < most:
            now = clock()
            if not waiting or now - looked_at >= _LOOKS_EVERY:
                waiting, looked_at = known.first_waiting(webhook_id, most=_SEEN_AT_ONCE), now
            if not waiting or not _is_due(waiting[0], now):
                break
            delivery = waiting.pop(0)
            if leased_until - now < _RENEWED_BEFORE:
                if not _renew(webhook_id, lease, now):
                    break
                leased_until = now + LEASE
            sent = send(delivery, project_id=project_id, now=now)
            tried += 1
            if not _note(delivery, sent, began_at=now, now=clock()):
                break
    finally:
        Webhook.objects.filter(pk=webhook_id, lease=lease).update(lease="", leased_until=None)
    return tried


def send(delivery: WebhookDelivery, *, project_id: str, now: datetime) -> Sent:
    """One attempt, signed; says what came of it and writes nothing."""
    webhook, body = delivery.webhook, envelopes.body(delivery, project_id=project_id)
    try:
        signed = signatures.headers(
            body=body,
            message_id=delivery.message.event_id,
            at=now,
            live=webhooks.live_secrets(webhook, now=now),
        )
        own = webhooks.custom_headers(webhook)
    except sealed.Unreadable as error:
        return Sent(status_code=None, text="", error=error.details, duration_ms=0)
    return sending.post(url=webhook.target_url, body=body, headers={**own, **signed})


def delay(failures: int) -> timedelta:
    """How long after so many failures of a message the next attempt comes: a step, 10 % more or less."""
    spread = random.randint(-JITTER_PERCENT * 10, JITTER_PERCENT * 10)
    return STEPS[failures - 1] * (1000 + spread) / 1000


def _is_due(delivery: WebhookDelivery, now: datetime) -> bool:
    is_on = delivery.webhook.state == Webhook.State.ACTIVE and delivery.webhook.deleted_at is None
    return is_on and (delivery.due_at is None or delivery.due_at <= now)


def _take(webhook_id: int, lease: str, now: datetime) -> bool:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    rows = known.present().filter(free, pk=webhook_id, state=Webhook.State.ACTIVE)
    return bool(rows.update(lease=lease, leased_until=now + LEASE))


def _renew(webhook_id: int, lease: str, now: datetime) -> bool:
    return bool(Webhook.objects.filter(pk=webhook_id, lease=lease).update(leased_until=now + LEASE))


@transaction.atomic
def _note(delivery: WebhookDelivery, sent: Sent, *, began_at: datetime, now: datetime) -> bool:
    """Put an attempt on record; returns whether the next message may go.

    The webhook's row comes first, as everywhere. A message that somebody skipped meanwhile stays skipped.
    """
    number = delivery.attempts_count + 1
    accepted = sent.is_accepted
    error = "" if accepted else said(sent)
    if accepted:
        _touch(delivery.webhook, now)
    else:
        _count_failure(delivery, error, number, now)
    outcome: dict[str, Any] = {"attempts_count": number, "status_code": sent.status_code, "error": error}
    if accepted:
        outcome |= {"status": WebhookDelivery.Status.DELIVERED, "due_at": None, "finished_at": now}
    elif number <= len(STEPS):
        outcome["due_at"] = now + delay(number)
    waiting = WebhookDelivery.objects.filter(
        pk=delivery.pk, status=WebhookDelivery.Status.PENDING, attempts_count=delivery.attempts_count
    )
    if not waiting.update(**outcome):
        return False
    keep_attempt(delivery, sent, at=began_at)
    return accepted


def keep_attempt(delivery: WebhookDelivery, sent: Sent, *, at: datetime) -> None:
    """Numbers go on where attempts were given back: what has never failed has no attempt yet."""
    earlier = WebhookAttempt.objects.filter(delivery=delivery) if delivery.error else None
    last = None if earlier is None else earlier.aggregate(last=Max("number"))["last"]
    WebhookAttempt.objects.create(
        delivery=delivery,
        number=(last or 0) + 1,
        at=at,
        duration_ms=sent.duration_ms,
        target_url=delivery.webhook.target_url,
        status_code=sent.status_code,
        response=sent.text,
        error=sent.error,
    )


def said(sent: Sent) -> str:
    return sent.error or f"The receiver answered {sent.status_code}."


def _touch(webhook: Webhook, now: datetime) -> None:
    """Say that it works; not with every message."""
    is_stale = webhook.last_success_at is None or now - webhook.last_success_at >= _TOUCHED_EVERY
    if webhook.failures_count or is_stale:
        webhook.failures_count, webhook.last_success_at = 0, now
        Webhook.objects.filter(pk=webhook.pk).update(failures_count=0, last_error="", last_success_at=now)


def _count_failure(delivery: WebhookDelivery, error: str, number: int, now: datetime) -> None:
    rows = Webhook.objects.filter(pk=delivery.webhook_id)
    rows.update(failures_count=F("failures_count") + 1, last_failure_at=now, last_error=error[:500])
    if number > len(STEPS):
        _stop(delivery, error, now)


def _stop(delivery: WebhookDelivery, error: str, now: datetime) -> None:
    """Contract: disabled by itself, switched on by people. What happens meanwhile is kept for it."""
    found = lock(Webhook.objects.filter(pk=delivery.webhook_id, state=Webhook.State.ACTIVE, deleted_at=None))
    for webhook in found:
        webhook.state, webhook.stopped_at = Webhook.State.FAILED, now
        webhook.save(update_fields=["state", "stopped_at"])
        said = {"state": str(webhook.state), "error": error}
        audit.log(_SENDER, STOPPED, webhook, now=now, before={"state": "ACTIVE"}, after=said)
        events.emit(STOPPED, entity=webhook, actor=_SENDER, now=now, payload={"error": error})
