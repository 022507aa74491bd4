"""What a customer's orders add up to (contract: data file 3.2): only paid and fulfilled orders count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from commerce.models import Customer, Order
from core import prepared
from core.locking import lock

COUNTED: Final = (Order.Status.PAID.value, Order.Status.FULFILLED.value)


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


def move(
    shares: Iterable[tuple[Share, Share]],
    *,
    redeemed: Mapping[int, int] | None = None,
    held: int | None = None,
) -> None:
    """Take the former share of each order off and put its new one on: pairs of before and after.

    In the transaction that wrote the orders. `redeemed` are redemptions to count as well, by customer. The
    row of the customer `held` is locked already.
    """
    changes: dict[int, tuple[int, int]] = {}
    for before, after in shares:
        if before == after:
            continue
        for share, sign in ((before, -1), (after, 1)):
            if share.customer_id is not None:
                count, amount = changes.get(share.customer_id, (0, 0))
                changes[share.customer_id] = (count + sign * share.count, amount + sign * share.amount)
    # Locking is a statement of its own: the sub-selects then see every committed order.
    unlocked = changes.keys() - {held}
    if unlocked:
        lock(Customer.objects.filter(pk__in=unlocked).only("pk"))
    counted = redeemed or {}
    with prepared.cursor() as cursor:
        for pk in sorted(changes.keys() | counted.keys()):
            count, amount = changes.get(pk, (0, 0))
            cursor.execute(
                _UPDATE,
                {
                    "customer": pk,
                    "count": count,
                    "amount": amount,
                    "redeemed": counted.get(pk, 0),
                    "counted": list(COUNTED),
                },
            )


_UPDATE: Final = """
UPDATE commerce_customer AS customer
SET orders_count = customer.orders_count + %(count)s,
    orders_total_amount = customer.orders_total_amount + %(amount)s,
    redemptions_succeeded = customer.redemptions_succeeded + %(redeemed)s,
    last_order_amount = COALESCE(last.total_amount, 0),
    last_order_at = last.created_at
FROM (SELECT 1) AS one
LEFT JOIN LATERAL (
    SELECT total_amount, created_at FROM commerce_order
    WHERE customer_id = %(customer)s AND status = ANY(%(counted)s::text[])
    ORDER BY created_at DESC, id DESC LIMIT 1
) AS last ON TRUE
WHERE customer.id = %(customer)s
"""
