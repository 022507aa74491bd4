"""Blocking a customer: he uses no code and no promotion, and is given none. Goes beyond the contract.

Only these two functions set and lift a block: whatever else is told about a customer leaves it alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from commerce.models import Customer
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, InvalidPayload, NotFound
from core.locking import lock, retried

LONGEST_REASON: Final = 1000


class CustomerBlocked(DomainError):
    """What a blocked customer is refused with, spelled as `engine.reasons`."""

    key = "customer_blocked"
    message = "Customer is blocked"


@retried
@transaction.atomic
def block(*, customer_id: int, reason: str, actor: Actor, now: datetime) -> Customer:
    """From `now` on he gets nothing. Safe to repeat: who is blocked stays so, since then and for that reason.

    The reason is for people and stands on his row only, which can be emptied: an audit row cannot.

    :raises InvalidPayload: no reason, or a very long one.
    :raises NotFound: no such customer.
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise InvalidPayload(f"reason: a text of 1 to {LONGEST_REASON} characters is expected.")
    customer = _locked(customer_id)
    if customer.blocked_at is not None:
        return customer
    customer.blocked_at, customer.blocked_reason = now, reason
    _save(customer, "blocked", actor, now)
    return customer


@retried
@transaction.atomic
def unblock(*, customer_id: int, actor: Actor, now: datetime) -> Customer:
    """He is a customer like others again. Safe to repeat.

    :raises NotFound: no such customer.
    """
    customer = _locked(customer_id)
    if customer.blocked_at is None:
        return customer
    customer.blocked_at, customer.blocked_reason = None, ""
    _save(customer, "unblocked", actor, now)
    return customer


def refuse_blocked(customer: Customer) -> None:
    """:raises CustomerBlocked: he is."""
    if customer.blocked_at is not None:
        raise CustomerBlocked("The customer may not use promotions. Unblock the customer first.")


def _locked(customer_id: int) -> Customer:
    rows = lock(Customer.objects.present().filter(pk=customer_id))
    if not rows:
        raise NotFound.of("customer", str(customer_id))
    return rows[0]


def _save(customer: Customer, verb: str, actor: Actor, now: datetime) -> None:
    customer.updated_at = now
    customer.save(update_fields=["blocked_at", "blocked_reason", "updated_at"])
    name = f"customer.{verb}"
    audit.log(actor, name, customer, now=now)
    payload = {"customer_id": customer.public_id, "source_id": customer.source_id}
    events.emit(name, entity=customer, actor=actor, now=now, payload=payload)
