"""What people can do about a delivery that was parked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core import audit
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock
from core.models import EventDelivery


class NotParked(DomainError):
    key = "delivery_not_parked"
    message = "Delivery is not parked"


@transaction.atomic
def try_again(*, delivery_id: int, actor: Actor, now: datetime) -> EventDelivery:
    """Give a parked delivery its eight attempts back; the dispatcher sends it within a second.

    :raises NotParked: it waits or is done.
    """
    rows = lock(EventDelivery.objects.filter(pk=delivery_id))
    if not rows:
        raise NotFound.of("event_delivery", str(delivery_id))
    delivery = rows[0]
    if delivery.status != EventDelivery.Status.PARKED:
        raise NotParked("Only parked deliveries can be tried again.")
    before = {"status": delivery.status, "attempts": delivery.attempts}
    delivery.status, delivery.attempts, delivery.due_at = EventDelivery.Status.PENDING, 0, now
    delivery.save(update_fields=["status", "attempts", "due_at"])
    after = {"status": delivery.status, "attempts": 0}
    audit.log(actor, "event_delivery.tried_again", delivery, now=now, before=before, after=after)
    return delivery
