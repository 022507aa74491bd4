"""What came back of an order, noted on it. Its amounts and quantities stay what was bought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from commerce.models import Order
from commerce.selectors.orders import InvalidOrder
from core import audit, events
from core.actors import Actor


@transaction.atomic
def note(*, order: Order, entry: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """Add one return, `{id: {date, refund_amount, credits_amount, items}}`; the caller holds the order."""
    order.returned = {**order.returned, **entry}
    order.updated_at = now
    order.save(update_fields=["returned", "updated_at"])
    audit.log(actor, "order.returned", order, now=now, after=dict(entry))
    payload = {
        "order_id": order.public_id,
        "customer_id": order.customer.public_id if order.customer else None,
        "status": order.status,
        "amount": order.amount,
        "total_amount": order.total_amount,
    }
    events.emit("customer.order.updated", entity=order, actor=actor, now=now, payload=payload)


def refuse_other_amounts(order: Order) -> None:
    """Lines and amounts of which something came back stay as they were paid.

    :raises InvalidOrder: something came back.
    """
    if order.returned:
        raise InvalidOrder(
            "Part of this order came back, so its lines and amounts stay as they were paid. "
            "Store what is bought in addition as an order of its own."
        )
