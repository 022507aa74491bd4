"""What is in the bin: put there and taken out by the services that delete. Contract: data and events 17."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from core.actors import Actor, ActorKind
from core.models import BinEntry


def put(
    *,
    kind: BinEntry.ResourceType,
    resource_id: str,
    name: str,
    actor: Actor,
    now: datetime,
    parent_id: str = "",
) -> None:
    """Enter what was deleted just now, within the caller's transaction. What belongs to it goes with it."""
    entry = BinEntry(
        created_at=now,
        deleted_by_user_id=actor.id if actor.kind is ActorKind.USER else "",
        deleted_by=actor.label,
        resource_type=kind,
        resource_id=resource_id,
        resource_name=name,
        resource_parent_id=parent_id,
    )
    BinEntry.objects.bulk_create([entry], ignore_conflicts=True)


def take_out(resource_id: str) -> None:
    """It is gone for good, and with it what belonged to it."""
    BinEntry.objects.filter(Q(resource_id=resource_id) | Q(resource_parent_id=resource_id)).delete()
