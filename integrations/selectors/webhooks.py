"""Webhooks and their messages, as senders and pages ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from core.errors import NotFound
from integrations.models import Webhook, WebhookDelivery

# One that was stopped after failures goes on to be written down for: it is caught up with later.
LISTENING: Final = (Webhook.State.ACTIVE, Webhook.State.FAILED)


def present() -> QuerySet[Webhook]:
    return Webhook.objects.filter(deleted_at=None)


def stopped() -> QuerySet[Webhook]:
    """Those that gave up on their receiver and wait for people."""
    return present().filter(state=Webhook.State.FAILED)


def get(public_id: str) -> Webhook:
    """:raises NotFound: there is none, or it was deleted."""
    found = present().filter(public_id=public_id).first()
    if found is None:
        raise NotFound.of("webhook", public_id)
    return found


def listening() -> QuerySet[Webhook]:
    """Those for which events are written down."""
    return present().filter(state__in=LISTENING).only("pk").order_by("pk")


def waiting_of(webhook_id: int) -> QuerySet[WebhookDelivery]:
    """What is still to be sent to one, in no order."""
    return WebhookDelivery.objects.filter(webhook=webhook_id, status=WebhookDelivery.Status.PENDING)


def first_waiting(webhook_id: int, *, most: int = 1) -> list[WebhookDelivery]:
    """Whose turn it is and who comes next, with their message and one and the same webhook."""
    rows = list(waiting_of(webhook_id).select_related("webhook", "message").order_by("pk")[:most])
    for row in rows[1:]:
        row.webhook = rows[0].webhook
    return rows


def ready(now: datetime) -> list[int]:
    """Webhooks to which something can be sent now and nobody sends; the one that waits longest first."""
    head = WebhookDelivery.objects.filter(
        webhook=OuterRef("pk"), status=WebhookDelivery.Status.PENDING
    ).order_by("pk")
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    rows = (
        present()
        .filter(free, state=Webhook.State.ACTIVE)
        .annotate(head=Subquery(head.values("pk")[:1]), head_due_at=Subquery(head.values("due_at")[:1]))
        .filter(Q(head_due_at=None) | Q(head_due_at__lte=now), head__isnull=False)
    )
    return list(rows.order_by(F("head").asc()).values_list("pk", flat=True))


def with_waiting() -> QuerySet[Webhook]:
    """Each with `waiting_count` and `waiting_since`; what was delivered long ago is not looked at."""
    waiting = (
        WebhookDelivery.objects.filter(webhook=OuterRef("pk"), status=WebhookDelivery.Status.PENDING)
        .order_by()
        .values("webhook")
    )
    return present().annotate(
        waiting_count=Coalesce(Subquery(waiting.annotate(count=Count("pk")).values("count")), Value(0)),
        waiting_since=Subquery(waiting.annotate(since=Min("created_at")).values("since")),
    )
