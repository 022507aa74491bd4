"""Lists of collisions as people ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q, QuerySet

from calendar_app.models import Conflict
from calendar_app.selectors import conflicts
from core.models import AuditEntry

CONSIDERABLE = (Conflict.Severity.HIGH.value, Conflict.Severity.MEDIUM.value)
SMALL = (Conflict.Severity.LOW.value,)
"""Overlaps rather than collisions: kept, and shown to whoever asks for them."""


class Order(StrEnum):
    COST = "cost"
    SOONEST = "soonest"
    NEWEST = "newest"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Empty says nothing. `owner_id` is who made one of the campaigns; the period meets the conflict's."""

    states: tuple[str, ...] = ()
    kind: str = ""
    severities: tuple[str, ...] = ()
    campaign_id: int | None = None
    owner_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = Order.COST


def listed(wanted: Wanted) -> QuerySet[Conflict]:
    """In order, with their campaigns: one query."""
    rows = conflicts.listed()
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.severities:
        rows = rows.filter(severity__in=wanted.severities)
    if wanted.campaign_id is not None:
        rows = rows.filter(Q(left_campaign=wanted.campaign_id) | Q(right_campaign=wanted.campaign_id))
    if wanted.owner_id is not None:
        rows = rows.filter(_made_by(wanted.owner_id))
    if wanted.until is not None:
        rows = rows.filter(starts_at__lt=wanted.until)
    if wanted.since is not None:
        rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=wanted.since))
    return rows.order_by(*_ORDERS[wanted.order])


_ORDERS = {
    Order.COST: conflicts.DEAREST,
    Order.SOONEST: ("starts_at", *conflicts.DEAREST),
    Order.NEWEST: ("-found_at", "-pk"),
}


def _made_by(owner_id: int) -> Q:
    """One of its campaigns was made by this person."""
    made = AuditEntry.objects.filter(
        actor_kind="user", actor_id=str(owner_id), entity_type="campaign", action="campaign.created"
    ).values("entity_id")
    return Q(left_campaign__public_id__in=made) | Q(right_campaign__public_id__in=made)
