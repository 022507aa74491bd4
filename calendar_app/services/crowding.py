"""From what on a day of the calendar is over-crowded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from calendar_app.models import Crowding
from core import audit
from core.actors import Actor
from core.locking import lock


@transaction.atomic
def decide(
    *, live: int | None, per_audience: int | None, budget: int | None, actor: Actor, now: datetime
) -> Crowding:
    """Set the limits; None: what is usual counts, of one audience nothing."""
    row = current()
    given = {"live": live, "per_audience": per_audience, "budget": budget}
    before = {name: getattr(row, name) for name in given}
    Crowding.objects.get_or_create(pk=Crowding.ONLY, defaults={**before, "created_at": now})
    lock(Crowding.objects.filter(pk=Crowding.ONLY))
    row = Crowding.objects.get(pk=Crowding.ONLY)
    for name, value in given.items():
        setattr(row, name, value)
    row.updated_at = now
    row.save(update_fields=[*given, "updated_at"])
    old, new = audit.changes(before, given)
    if new:
        audit.log(actor, "crowding.updated", row, now=now, before=old, after=new)
    return row


def current() -> Crowding:
    """As people set it, or as it is as long as nobody did (not stored)."""
    return Crowding.objects.filter(pk=Crowding.ONLY).first() or Crowding(pk=Crowding.ONLY)
