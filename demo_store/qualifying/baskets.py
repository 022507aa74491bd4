"""Random baskets: stored orders as they are, sent anew, or with some of their lines in other numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any, Final

from commerce.models import Order, OrderItem
from commerce.selectors import orders
from commerce.selectors.orders import ItemSpec, OrderSpec
from demo_store.qualifying.stock import draw

_NOBODY: Final = 0.15
"""So many baskets are of nobody who is known."""
_HOLDERS: Final = 0.3
"""So many of the others are of somebody who has codes, if there is anybody; the rest are of who bought."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: the order, the customer as a request names him, redemption metadata, and when.

    `name` says where it comes from.
    """

    name: str
    order: OrderSpec
    customer: Mapping[str, Any] | None
    metadata: Mapping[str, Any]
    at: datetime


def question(random: Random, holders: Sequence[str] = ()) -> Question | None:
    """A basket of a random stored order at the order's instant; None when none is stored.

    `holders` are wire ids of customers who have codes of their own.
    """
    order = draw(Order.objects.select_related("customer"), random)
    if order is None:
        return None
    lines = orders.lines_of(order)
    form, spec = random.choice((_stored, _sent, _part, _part))(random, order, lines)
    return Question(
        name=f"{form} {order}",
        order=spec,
        customer=_customer(random, order, holders),
        metadata={"channel": random.choice(("till", "app"))} if random.random() < 0.7 else {},
        at=order.created_at,
    )


def _customer(random: Random, order: Order, holders: Sequence[str]) -> Mapping[str, Any] | None:
    if random.random() < _NOBODY:
        return None
    if holders and random.random() < _HOLDERS:
        return {"id": random.choice(holders)}
    return None if order.customer is None else {"id": order.customer.public_id}


def _stored(random: Random, order: Order, lines: Sequence[OrderItem]) -> tuple[str, OrderSpec]:
    return "stored order", OrderSpec(id=order.public_id)


def _sent(random: Random, order: Order, lines: Sequence[OrderItem]) -> tuple[str, OrderSpec]:
    return "lines of", OrderSpec(items=tuple(map(_item, lines)), metadata=order.metadata)


def _part(random: Random, order: Order, lines: Sequence[OrderItem]) -> tuple[str, OrderSpec]:
    """Some lines in other numbers, and in some baskets lines of another order."""
    other = draw(Order.objects.all(), random) if random.random() < 0.3 else None
    there = [*lines, *(orders.lines_of(other) if other is not None else ())]
    chosen = random.sample(there, random.randint(min(1, len(there)), len(there)))
    items = tuple(replace(_item(line), quantity=random.choice((1, 1, 2, 3, 12, 100))) for line in chosen)
    return "part of", OrderSpec(items=items, metadata=order.metadata)


def _item(line: OrderItem) -> ItemSpec:
    return ItemSpec(
        source_id=line.source_id or None,
        product_id=line.product.public_id if line.product is not None else None,
        sku_id=line.sku.public_id if line.sku is not None else None,
        related_object=line.related_object or None,
        quantity=line.quantity,
        price=line.price,
        metadata=line.metadata,
    )
