"""What programmes react to: orders that are paid, cancelled or come back, events, segments, tiers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from commerce.models import Customer, CustomEvent, Order
from commerce.selectors import orders
from commerce.selectors.orders import OrderSpec
from core import events
from core.actors import Actor
from core.locking import lock
from core.models import OutboxEvent
from loyalty.earning import ORDER_PAID, SEGMENT_ENTERED, TIER_EVENTS
from loyalty.models import Earning, EarningRule, TierChange
from loyalty.selectors.earning_looks import Happened
from loyalty.services import earning, reversals

_ACTOR: Final = Actor.system("loyalty", channel="TASK")
PAID: Final = "customer.order.paid"
CANCELED: Final = "customer.order.canceled"
RETURNED: Final = "order.return.created"
CUSTOM: Final = "customer.custom_event"


def listened_to() -> set[str]:
    """The events for which some programme gives points."""
    rows = EarningRule._base_manager.filter(deleted_at=None, is_active=True, campaign__deleted_at=None)
    names = set(rows.values_list("event", flat=True).distinct())
    known = {SEGMENT_ENTERED, *TIER_EVENTS}
    found = names & known
    if ORDER_PAID in names:
        found.add(PAID)
    if names - known - {ORDER_PAID}:
        found.add(CUSTOM)
    return found


@events.subscribe(PAID, name="loyalty.earning.order_paid", listens=listened_to)
def order_paid(event: OutboxEvent, now: datetime) -> None:
    """An order that was cancelled meanwhile earns nothing."""
    found = lock(Order.objects.filter(public_id=event.payload["order_id"]))
    if not found or found[0].status == Order.Status.CANCELED or found[0].customer is None:
        return
    order = found[0]
    happened = Happened(
        event=ORDER_PAID,
        cause=(Earning.Cause.ORDER, order.public_id),
        at=order.paid_at or event.created_at,
        customer=order.customer,
        order=orders.resolve(OrderSpec(id=order.public_id)),
        stored=order,
        details={"order": {"id": order.public_id, "source_id": order.source_id}},
    )
    earning.earn(happened, actor=_ACTOR, now=now)


@events.subscribe(CUSTOM, name="loyalty.earning.custom_event", listens=listened_to)
def event_happened(event: OutboxEvent, now: datetime) -> None:
    row = CustomEvent.objects.filter(public_id=event.payload["custom_event_id"]).first()
    if row is None:
        return
    named = {"id": row.public_id, "type": row.name}
    happened = Happened(
        event=row.name,
        cause=(Earning.Cause.EVENT, row.public_id),
        at=row.created_at,
        customer=row.customer,
        event_metadata=row.metadata,
        card=str(event.payload.get("loyalty_code") or ""),
        details={"event": named, "custom_event": {**named, "metadata": row.metadata}},
    )
    earning.earn(happened, actor=_ACTOR, now=now)


@events.subscribe(SEGMENT_ENTERED, name="loyalty.earning.segment_entered", listens=listened_to)
def segment_entered(event: OutboxEvent, now: datetime) -> None:
    """People who were inside before a rule was made get nothing: nobody enters twice unnoticed."""
    happened = Happened(
        event=SEGMENT_ENTERED,
        cause=(Earning.Cause.SEGMENT, event.public_id),
        at=event.created_at,
        customer=_customer(event),
        subject_id=str(event.payload.get("segment_id") or ""),
    )
    earning.earn(happened, actor=_ACTOR, now=now)


@events.subscribe(*TIER_EVENTS, name="loyalty.earning.tier_changed", listens=listened_to)
def tier_changed(event: OutboxEvent, now: datetime) -> None:
    """A tier of any programme. Points that follow from points for a tier end after some rounds."""
    said: dict[str, Any] = event.payload
    change = TierChange.objects.get(public_id=said["tier_change_id"])
    kind, _, depth = change.cause.partition(":")
    happened = Happened(
        event=event.name,
        cause=(Earning.Cause.TIER, change.public_id),
        at=event.created_at,
        customer=_customer(event),
        subject_id=str(said.get("loyalty_tier_to") or said.get("loyalty_tier_from") or ""),
        depth=int(depth) if kind == Earning.Cause.TIER and depth.isdigit() else 0,
    )
    earning.earn(happened, actor=_ACTOR, now=now)


@events.subscribe(CANCELED, name="loyalty.reversals.order_canceled")
def order_canceled(event: OutboxEvent, now: datetime) -> None:
    _reverse(event, "canceled", now)


@events.subscribe(RETURNED, name="loyalty.reversals.order_returned")
def order_returned(event: OutboxEvent, now: datetime) -> None:
    _reverse(event, str(event.payload["return_id"]), now)


def _reverse(event: OutboxEvent, cause: str, now: datetime) -> None:
    order = Order.objects.filter(public_id=event.payload["order_id"]).first()
    if order is not None and Earning.objects.filter(order=order).exists():
        reversals.settle(order_id=order.pk, cause=cause, actor=_ACTOR, now=now)


def _customer(event: OutboxEvent) -> Customer | None:
    name = event.payload.get("customer_id") or event.entity_id
    return Customer.objects.filter(public_id=name, deleted_at=None).first()
