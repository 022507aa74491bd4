"""To whom distributions go: collected from a segment in slices, or named by what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format

from commerce.models import Customer, Order
from core.locking import lock
from core.models import OutboxEvent
from core.words import number, plain_money
from promotions.models import Distribution, DistributionMessage
from promotions.selectors import distributions as selectors

State = Distribution.State
Trigger = Distribution.Trigger
EVENTS: Final = tuple(trigger.value for trigger in Trigger)

_SLICE: Final = 5_000
BY_HAND: Final = "start"


def collect_due(*, now: datetime) -> int:
    """One slice for each distribution whose time came and whose customers are not all collected."""
    due = selectors.running().filter(collected_at=None, starts_at__lte=now)
    return sum(collect(distribution_id=pk, now=now) for pk in due.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def collect(*, distribution_id: int, now: datetime) -> int:
    """The next customers, by primary key; returns how many messages wait now that did not before.

    The slice commits with the place where the next begins: whoever dies in between leaves neither twins nor
    gaps. Who comes into the segment while it is collected, behind the place, is not written to.
    """
    rows = lock(Distribution.objects.filter(pk=distribution_id, state=State.LIVE, collected_at=None))
    if not rows:
        return 0
    row = rows[0]
    people = selectors.audience(row, now).filter(pk__gt=row.collected_up_to).order_by("pk")
    found = list(people.values_list("pk", flat=True)[:_SLICE])
    made = _write(row, dict.fromkeys(found, (BY_HAND, {})), now)
    if found:
        row.collected_up_to = found[-1]
    if len(found) < _SLICE:
        row.collected_at = now
    row.save(update_fields=["collected_up_to", "collected_at"])
    return made


def listened_to() -> set[str]:
    """The events that some distribution waits for."""
    rows = Distribution.objects.filter(state__in=(State.LIVE, State.PAUSED), deleted_at=None)
    return set(rows.exclude(trigger="").values_list("trigger", flat=True))


@transaction.atomic
def react(*, event: OutboxEvent, now: datetime) -> int:
    """Let what happened make messages; returns how many. Safe to repeat."""
    listening = list(
        Distribution.objects.filter(
            state__in=(State.LIVE, State.PAUSED), trigger=event.name, deleted_at=None, starts_at__isnull=False
        )
        .select_related("segment", "about")
        .order_by("pk")
    )
    if not listening:
        return 0
    customer = _customer(event)
    if customer is None:
        return 0
    return sum(_answer(row, customer, event, now) for row in listening)


def _answer(row: Distribution, customer: Customer, event: OutboxEvent, now: datetime) -> int:
    if not _means(row, customer, event.payload, now):
        return 0
    cause = event.public_id if row.is_repeated else BY_HAND
    return _write(row, {customer.pk: (cause, _facts(event))}, now)


def _means(row: Distribution, customer: Customer, said: Mapping[str, Any], now: datetime) -> bool:
    if row.trigger in (Trigger.SEGMENT_ENTERED, Trigger.SEGMENT_LEFT):
        return row.segment is not None and said.get("segment_id") == row.segment.public_id
    if row.trigger == Trigger.CUSTOM_EVENT and said.get("event") != row.event_name:
        return False
    if row.about is not None and said.get("campaign_id") != row.about.public_id:
        return False
    return row.segment is None or selectors.audience(row, now).filter(pk=customer.pk).exists()


def _customer(event: OutboxEvent) -> Customer | None:
    name = event.payload.get("customer_id") or (event.entity_id if event.entity_type == "customer" else None)
    return Customer.objects.filter(public_id=name, deleted_at=None).first() if name else None


def _facts(event: OutboxEvent) -> dict[str, Any]:
    """What the text may say of it: ids, names, amounts as people read them."""
    said = event.payload
    found = {"name": said.get("event") or event.name}
    for name in ("order_id", "code", "campaign", "tier"):
        if isinstance(said.get(name), str):
            found[name] = said[name]
    if isinstance(said.get("points"), int):
        found["points"] = number(said["points"])
    if isinstance(said.get("expires_on"), str):
        found["expires_on"] = date_format(date.fromisoformat(said["expires_on"]), "DATE_FORMAT")
    order = Order.objects.filter(public_id=said["order_id"]).first() if said.get("order_id") else None
    if order is not None:
        found["amount"] = plain_money(order.amount or 0)
        found["total_amount"] = plain_money(order.total_amount or 0)
    if isinstance(said.get("metadata"), dict):
        found["metadata"] = said["metadata"]
    return found


def _write(row: Distribution, people: Mapping[int, tuple[str, dict[str, Any]]], now: datetime) -> int:
    rows = [
        DistributionMessage(
            distribution=row, customer_id=pk, cause=cause, facts=facts, due_at=now, created_at=now
        )
        for pk, (cause, facts) in people.items()
    ]
    before = Q(distribution=row, customer__in=list(people))
    known = set(DistributionMessage.objects.filter(before).values_list("customer", "cause"))
    new = [one for one in rows if (one.customer_id, one.cause) not in known]
    DistributionMessage.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def forget(customer: Customer) -> None:
    """An erased customer's messages say nothing of him any more, and none waits."""
    mine = DistributionMessage.objects.filter(customer=customer)
    mine.exclude(facts={}).update(facts={})
    mine.filter(state=DistributionMessage.State.WAITING).update(
        state=DistributionMessage.State.SKIPPED, reason="The customer was erased."
    )
