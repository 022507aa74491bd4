"""From the outbox to the subscribers.

`plan()` turns committed events into one delivery row per subscriber; `due()` names the rows whose turn it is;
`deliver()` does one of them. Celery only carries the row ids: a lost, doubled or late message changes
nothing, because the row decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from core import events
from core.events import Subscriber
from core.locking import lock
from core.models import EventDelivery, OutboxEvent

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
RESEND_AFTER = timedelta(seconds=60)


@transaction.atomic
def plan(*, now: datetime, batch_size: int = 500) -> list[int]:
    """Make the delivery rows of the oldest waiting events; returns their ids. Several dispatchers may run."""
    waiting = list(
        OutboxEvent.objects.filter(dispatched_at=None)
        .order_by("pk")
        .select_for_update(skip_locked=True, no_key=True)[:batch_size]
    )
    if not waiting:
        return []
    hears = _listening()
    rows = [
        EventDelivery(event=event, subscriber=subscriber.name, due_at=now + RESEND_AFTER)
        for event in waiting
        for subscriber in events.subscribers_of(event.name)
        if hears(subscriber, event.name)
    ]
    made = EventDelivery.objects.bulk_create(rows)
    OutboxEvent.objects.filter(pk__in=[event.pk for event in waiting]).update(dispatched_at=now)
    return [row.pk for row in made]


def _listening() -> Callable[[Subscriber, str], bool]:
    """Asks each subscriber at most once what it listens to now, and only if such an event is there."""
    asked: dict[str, Collection[str]] = {}

    def hears(subscriber: Subscriber, event_name: str) -> bool:
        if subscriber.listens is None:
            return True
        if subscriber.name not in asked:
            asked[subscriber.name] = subscriber.listens()
        return event_name in asked[subscriber.name]

    return hears


@transaction.atomic
def due(*, now: datetime, batch_size: int = 500) -> list[int]:
    """Deliveries whose message was lost or whose retry is due. Their next turn is put off by a minute."""
    rows = list(
        EventDelivery.objects.filter(status=EventDelivery.Status.PENDING, due_at__lte=now)
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, no_key=True)[:batch_size]
    )
    EventDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + RESEND_AFTER)
    return [row.pk for row in rows]


def deliver(*, delivery_id: int, now: datetime) -> bool:
    """Let one subscriber act on one event, once; returns whether it acted now.

    A failure is kept on the row and tried again after 1, 2, 4 … minutes; after 8 it is parked for people to
    see.
    """
    try:
        with transaction.atomic():
            return _act(delivery_id, now)
    except Exception as error:
        logger.warning("delivery %s failed", delivery_id, exc_info=True)
        _note_failure(delivery_id, now, f"{type(error).__name__}: {error}")
        return False


def _act(delivery_id: int, now: datetime) -> bool:
    rows = lock(EventDelivery.objects.filter(pk=delivery_id, status=EventDelivery.Status.PENDING))
    if not rows:
        return False
    delivery = EventDelivery.objects.select_related("event").get(pk=delivery_id)
    subscriber = events.subscriber(delivery.subscriber)
    if subscriber is None:
        raise LookupError(f"Nobody is called {delivery.subscriber!r} any more.")
    subscriber.handler(delivery.event, now)
    EventDelivery.objects.filter(pk=delivery_id).update(
        status=EventDelivery.Status.DONE, done_at=now, attempts=delivery.attempts + 1, last_error=""
    )
    return True


@transaction.atomic
def _note_failure(delivery_id: int, now: datetime, error: str) -> None:
    for row in lock(EventDelivery.objects.filter(pk=delivery_id, status=EventDelivery.Status.PENDING)):
        row.attempts += 1
        row.last_error = error[:2000]
        row.due_at = now + timedelta(minutes=2 ** (row.attempts - 1))
        if row.attempts >= MAX_ATTEMPTS:
            row.status = EventDelivery.Status.PARKED
        row.save(update_fields=["attempts", "last_error", "due_at", "status"])


def prunable(*, before: datetime) -> QuerySet[OutboxEvent]:
    """Events dispatched before that instant whose deliveries are all done."""
    open_rows = EventDelivery.objects.filter(event=OuterRef("pk")).exclude(status=EventDelivery.Status.DONE)
    return OutboxEvent.objects.filter(~Exists(open_rows), dispatched_at__lt=before)


@transaction.atomic
def prune(*, before: datetime, batch_size: int = 5000) -> int:
    """Delete the oldest of them with their receipts; returns how many events went.

    Sequence counters stay: a receiver must never see a number twice.
    """
    ids = list(prunable(before=before).order_by("pk").values_list("pk", flat=True)[:batch_size])
    OutboxEvent.objects.filter(pk__in=ids).delete()
    return len(ids)
