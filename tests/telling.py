"""Events reach their subscribers, here and now, as the dispatcher and a worker would bring them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from core import dispatch
from core.models import EventDelivery


def tell(now: datetime | None = None) -> None:
    """Until nobody has anything left to hear; what a subscriber could not bear is the test's error."""
    at = now or timezone.now()
    while deliveries := dispatch.plan(now=at):
        for delivery_id in deliveries:
            dispatch.deliver(delivery_id=delivery_id, now=at)
    failed = EventDelivery.objects.exclude(status=EventDelivery.Status.DONE)
    assert not list(failed.values_list("subscriber", "last_error"))
