"""Permanent deletion of a customer's personal data (contract: data file 3.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from commerce.models import Customer, OrderItem
from core import audit, events
from core.actors import Actor
from core.errors import NotFound
from core.ids import new_id
from core.locking import lock, retried


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What was removed. `orders` stay, without metadata, of a customer without a name."""

    id: str
    created_at: datetime
    customer_id: str
    custom_events: int
    segments: int
    orders: int


type Forgetting = Callable[[Customer, datetime], None]
_others: list[Forgetting] = []


def also(forget: Forgetting) -> None:
    """Let a floor above forget a customer, too; from `AppConfig.ready()`. It runs within his erasure, while
    his row still says who he was.
    """
    if forget not in _others:
        _others.append(forget)


@retried
@transaction.atomic
def erase(*, customer_id: int, actor: Actor, now: datetime) -> Erasure:
    """Empty everything personal, of a deleted customer, too. Amounts stay, so that sums stay right.

    Safe to repeat: the second time there is nothing left to remove.

    :raises NotFound: no such customer.
    """
    rows = lock(Customer.objects.filter(pk=customer_id))
    if not rows:
        raise NotFound.of("customer", str(customer_id))
    customer = rows[0]
    segments, _ = customer.memberships.all().delete()
    custom_events, _ = customer.custom_events.all().delete()
    orders = customer.orders.count()
    OrderItem.objects.filter(order__customer=customer).filter(metadata__isnull=False).update(metadata=None)
    customer.orders.exclude(metadata={}).update(metadata={})
    for forget in _others:
        forget(customer, now)
    _empty(customer, now)
    audit.log(actor, "customer.erased", customer, now=now)
    events.emit("customer.deleted", entity=customer, actor=actor, now=now, payload={"erased": True})
    return Erasure(
        id=new_id("del"),
        created_at=now,
        customer_id=customer.public_id,
        custom_events=custom_events,
        segments=segments,
        orders=orders,
    )


def _empty(customer: Customer, now: datetime) -> None:
    texts = (
        "name",
        "email",
        "phone",
        "description",
        "city",
        "state",
        "line_1",
        "line_2",
        "country",
        "postal_code",
        "former_source_id",
        "blocked_reason",
    )
    for name in texts:
        setattr(customer, name, "")
    customer.source_id = customer.birthdate = None
    customer.metadata = {}
    customer.deleted_at = customer.deleted_at or now
    customer.erased_at = customer.updated_at = now
    customer.save(
        update_fields=[*texts, "source_id", "birthdate", "metadata", "deleted_at", "erased_at", "updated_at"]
    )
