"""Events reach their subscribers, here and now, as the dispatcher and a worker would bring them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from core import dispatch
from core.models import EventDelivery, OutboxEvent


def tell(now: datetime | None = None) -> None:
    """Until nobody has anything left to hear; what a subscriber could not bear is the test's error."""
    at = now or timezone.now()
    while OutboxEvent.objects.filter(dispatched_at=None).exists():
        for delivery_id in dispatch.plan(now=at):
            dispatch.deliver(delivery_id=delivery_id, now=at)
    failed = EventDelivery.objects.exclude(status=EventDelivery.Status.DONE)
    assert not list(failed.values_list("subscriber", "last_error"))
