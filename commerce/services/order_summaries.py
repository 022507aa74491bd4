"""What a customer's orders add up to (contract: data file 3.2): only paid and fulfilled orders count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from commerce.models import Customer, Order
from core.locking import lock

COUNTED: Final = (Order.Status.PAID, Order.Status.FULFILLED)


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one order adds to one customer."""

    customer_id: int | None = None
    count: int = 0
    amount: int = 0

    @classmethod
    def of(cls, order: Order) -> Share:
        if order.customer_id is None or order.status not in COUNTED:
            return cls()
        return cls(customer_id=order.customer_id, count=1, amount=order.total_amount)


def move(shares: Iterable[tuple[Share, Share]]) -> None:
    """Take the former share of each order off and put its new one on: pairs of before and after.

    In the transaction that wrote the orders.
    """
    changes: dict[int, tuple[int, int]] = {}
    for before, after in shares:
        if before == after:
            continue
        for share, sign in ((before, -1), (after, 1)):
            if share.customer_id is not None:
                count, amount = changes.get(share.customer_id, (0, 0))
                changes[share.customer_id] = (count + sign * share.count, amount + sign * share.amount)
    if changes:
        _apply(changes)


def _apply(changes: Mapping[int, tuple[int, int]]) -> None:
    """The lock comes first, in a statement of its own: the sub-select then sees every committed order."""
    lock(Customer.objects.filter(pk__in=list(changes)).only("pk"))
    last = Order.objects.filter(customer=OuterRef("pk"), status__in=COUNTED).order_by("-created_at", "-pk")
    for pk, (count, amount) in sorted(changes.items()):
        Customer.objects.filter(pk=pk).update(
            orders_count=F("orders_count") + count,
            orders_total_amount=F("orders_total_amount") + amount,
            last_order_amount=Coalesce(Subquery(last.values("total_amount")[:1]), 0),
            last_order_at=Subquery(last.values("created_at")[:1]),
        )
