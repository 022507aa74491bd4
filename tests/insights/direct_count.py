"""The metrics counted anew from the rows of the shop, in plain Python, by nobody's SQL.

It knows the rules as people read them (insights/README.md), and none of the code that keeps the metrics.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from commerce.models import Order
from core import project
from insights.models import MetricHour, RefusalHour
from promotions.models import OrderReturn, Redemption, ReturnedLine, ReturnedShare

type Key = tuple[int | None, str, str, datetime]
type Figures = dict[str, int]
type Counted = dict[Key, Figures]


def counted() -> Counted:
    """Every hour of every campaign, and of everything together (None)."""
    zone, rows = project.current().zone, _attempts()
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for scope in {row.campaign_id, None}:
            found[_key(row, scope, zone)].update(_own(row))
    for scope in {None, *(row.campaign_id for row in rows)}:
        stand = [row for row in rows if _stands(row) and (scope is None or row.campaign_id == scope)]
        for row in _firsts(stand, "order_id"):
            if row.order is not None:
                found[_key(row, scope, zone)].update(_order(row.order))
        for row in _firsts(stand, "customer_id"):
            what = "returning_customers" if _was_known(row, rows) else "new_customers"
            found[_key(row, scope, zone)][what] += 1
    return {key: dict(figures) for key, figures in found.items()}


def stored() -> Counted:
    return {
        (row.campaign_id, row.channel, row.store, row.hour): {
            name: value for name in NAMES if (value := getattr(row, name))
        }
        for row in MetricHour.objects.all()
    }


def differences() -> list[str]:
    """Where the metrics say something else than the rows; refusals by reason, too."""
    said, meant = stored(), counted()
    found = [
        f"{key}: says {said.get(key, {})}, is {_shown(meant.get(key, {}))}"
        for key in {*said, *meant}
        if _shown(said.get(key, {})) != _shown(meant.get(key, {}))
    ]
    reasons = Counter[Any]()
    for row in RefusalHour.objects.all():
        reasons[row.campaign_id, row.channel, row.store, row.hour, row.failure_code] += row.refusals
    zone, refused = project.current().zone, Counter[Any]()
    for one in _attempts():
        if one.status == Redemption.Status.FAILED:
            for scope in {one.campaign_id, None}:
                refused[*_key(one, scope, zone), one.failure_code] += 1
    return found + [f"{key}" for key in {*reasons, *refused} if reasons[key] != refused[key]]


NAMES = (
    "redemptions",
    "rollbacks",
    "refusals",
    "discount_amount",
    "gift_amount",
    "orders",
    "revenue_amount",
    "costed_orders",
    "costed_revenue_amount",
    "cost_amount",
    "new_customers",
    "returning_customers",
    "points_spent",
    "points_earned",
)


def _shown(figures: Figures) -> Figures:
    return {name: value for name, value in figures.items() if value}


def _attempts() -> list[Redemption]:
    rows = Redemption.objects.exclude(related_object_type="redemption").select_related("order", "voucher")
    return sorted(rows, key=lambda row: (row.redeemed_at, row.pk))


def _key(row: Redemption, scope: int | None, zone: ZoneInfo) -> Key:
    hour = row.redeemed_at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    store = row.store or str(row.metadata.get("store", ""))
    if not store and row.order is not None:
        store = str(row.order.metadata.get("store", ""))
    return scope, row.channel_id or row.channel_type, store, hour.astimezone(ZoneInfo("UTC"))


def _stands(row: Redemption) -> bool:
    return row.status == Redemption.Status.SUCCEEDED


def _own(row: Redemption) -> Figures:
    if row.status == Redemption.Status.FAILED:
        return {"refusals": 1}
    if row.status == Redemption.Status.ROLLED_BACK:
        return {"rollbacks": 1}
    shares = list(ReturnedShare.objects.filter(redemption=row))
    is_gift = row.voucher is not None and row.voucher.type == "GIFT_VOUCHER"
    if is_gift:
        return {"redemptions": 1, "gift_amount": (row.credits or 0) - sum(one.credits for one in shares)}
    given = row.discount_amount - sum(one.discount_amount for one in shares)
    return {"redemptions": 1, "discount_amount": given}


def _firsts(rows: list[Redemption], column: str) -> Iterator[Redemption]:
    """Of each order or customer the first row; an order that was cancelled counts nowhere."""
    seen = set()
    for row in rows:
        key = getattr(row, column)
        if key is None or key in seen:
            continue
        if column == "order_id" and row.order is not None and row.order.status == Order.Status.CANCELED:
            continue
        seen.add(key)
        yield row


def _order(order: Order) -> Figures:
    refunded = sum(one.refund_amount for one in OrderReturn.objects.filter(order=order))
    revenue = max(0, order.total_amount - refunded)
    cost = _cost(order)
    found = {"orders": 1, "revenue_amount": revenue}
    if cost is None:
        return found
    return {**found, "costed_orders": 1, "costed_revenue_amount": revenue, "cost_amount": cost}


def _cost(order: Order) -> int | None:
    field = project.current().cost_field
    lines = list(order.items.select_related("product", "sku__product"))
    if not field or not lines:
        return None
    total = 0
    for line in lines:
        back = ReturnedLine.objects.filter(order_return__order=order, position=line.position)
        kept = max(0, line.quantity - sum(one.quantity for one in back))
        places = [
            line.metadata,
            (line.sku_data or {}).get("metadata"),
            (line.product_data or {}).get("metadata"),
            line.sku.metadata if line.sku else None,
            line.product.metadata if line.product else None,
        ]
        known = [place[field] for place in places if place and isinstance(place.get(field), int)]
        if kept and not known:
            return None
        total += kept * known[0] if kept else 0
    return total


def _was_known(row: Redemption, rows: list[Redemption]) -> bool:
    orders = Order.objects.filter(customer=row.customer_id, paid_at__lt=row.redeemed_at)
    if orders.exclude(status=Order.Status.CANCELED).exclude(pk=row.order_id).exists():
        return True
    return any(
        other.customer_id == row.customer_id
        and other.redeemed_at < row.redeemed_at
        and (row.order_id is None or other.order_id != row.order_id)
        for other in rows
        if _stands(other)
    )
