"""Real orders of the last weeks, tried on a proposal: how many would have got it, and what that would cost.

An estimate: people buy otherwise when there is a discount. It says from how many orders it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from fractions import Fraction
from typing import Final

from django.db import connection
from django.db.models import Prefetch, QuerySet

from commerce.models import Order, OrderItem
from commerce.selectors.order_shapes import OrderSpec, ResolvedLine, ResolvedOrder
from commerce.selectors.segments import held_by_each
from core.patience import TookTooLong, attempt
from promotions import loyalty_tiers
from promotions.previews.bench import Bench
from promotions.previews.purchases import Purchase
from promotions.selectors import facts

MOST: Final = 200
FEWEST: Final = 60
WEEKS: Final = 4
_WEEK: Final = 7
_AT_EACH_END: Final = 50
# The next order after each of these keys: evenly spread over all orders between the first and the last one.
_SPREAD: Final = """
SELECT DISTINCT found.id FROM unnest(%s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (SELECT id FROM commerce_order WHERE id >= wanted.id ORDER BY id LIMIT 1) AS found
"""


@dataclass(frozen=True, kw_only=True)
class PriceEffect:
    """`tried` of `orders` in `days` days were looked at, `fitting` would have got it. Minor units.

    `value` is what all tried orders were worth, `saved` what would have been taken off. `per_week` is None
    where the number of all orders took too long to count. `storeless` are those that do not say in which
    store they were made, though it applies in some places only.
    """

    tried: int
    fitting: int
    saved: int
    value: int
    value_fitting: int
    orders: int | None
    days: int
    per_week: int | None
    uses_per_week: int | None
    storeless: int = 0

    @property
    def average(self) -> int:
        return round(Fraction(self.saved, self.fitting)) if self.fitting else 0

    @property
    def share_of_orders(self) -> int:
        """Per cent of the orders that would have got it."""
        return _percent(self.fitting, self.tried)

    @property
    def share_of_value(self) -> int:
        """Per cent of the value of the orders that would have got it."""
        return _percent(self.saved, self.value_fitting)


def price_effect(benches: Sequence[Bench], *, now: datetime) -> PriceEffect | None:
    """Each order gets what saves most; None: there were no orders lately.

    An order is tried on its weekday and hour in the first week of the proposal, so that weekdays and hours
    count as they will. Earlier promotions on it are left out.
    """
    since = now - timedelta(days=WEEKS * _WEEK)
    total = _count(since)
    # Every tier is tried on every order: of several tiers fewer orders say the same.
    sample = [] if total == 0 else _sample(since, total, max(FEWEST, MOST // len(benches)))
    if not sample:
        return None
    lines = {order.pk: _lines(order) for order in sample}
    orders = {order.pk: _as_sent(order, lines[order.pk]) for order in sample}
    best = dict.fromkeys(orders, 0)
    fits = dict.fromkeys(orders, False)
    for bench in benches:
        bench.learn(line for found in lines.values() for line in found)
        bench.learn_places({str(order.metadata.get("store") or "") for order in sample})
        people = {order.customer_id for order in sample if order.customer_id is not None}
        held = held_by_each(people, bench.needs.segments, now=now)
        levels = loyalty_tiers.held_by_each(people, bench.needs.loyalty_tiers, now=now)
        begins = max(now, bench.proposal.starts_at or now)
        for order in sample:
            customer = order.customer
            purchase = Purchase(
                lines=(),
                at=in_first_week(order.created_at, begins, bench.settings.zone),
                customer=customer,
                is_known=False,
            )
            who = facts.customer_facts(
                customer,
                purchase.payload,
                bench.needs,
                now=purchase.at,
                held=held.get(customer.pk, frozenset()) if customer is not None else frozenset(),
                levels=levels.get(customer.pk, frozenset()) if customer is not None else frozenset(),
            )
            found = bench.decide(purchase, orders[order.pk], bench.collections(lines[order.pk]), who)
            fits[order.pk] = fits[order.pk] or found.gives
            best[order.pk] = max(best[order.pk], found.saved)
    days = max(1, min(WEEKS * _WEEK, -(-(now - min(one.created_at for one in sample)) // timedelta(days=1))))
    saved, fitting = sum(best.values()), sum(fits.values())
    return PriceEffect(
        tried=len(sample),
        fitting=fitting,
        saved=saved,
        value=sum(order.amount or 0 for order in orders.values()),
        value_fitting=sum(order.amount or 0 for pk, order in orders.items() if fits[pk]),
        orders=total,
        days=days,
        per_week=_weekly(saved, total, len(sample), days),
        uses_per_week=_weekly(fitting, total, len(sample), days),
        storeless=sum(not order.metadata.get("store") for order in sample)
        if all(bench.proposal.places for bench in benches)
        else 0,
    )


def in_first_week(moment: datetime, begins: datetime, zone: tzinfo) -> datetime:
    """The same weekday and time of day, in the seven days from `begins` on."""
    local, first = moment.astimezone(zone), begins.astimezone(zone)
    ahead = (local.weekday() - first.weekday()) % _WEEK
    found = datetime.combine(first.date() + timedelta(days=ahead), local.time(), zone)
    if found < first:
        found = datetime.combine(first.date() + timedelta(days=ahead + _WEEK), local.time(), zone)
    return found


def _sample(since: datetime, total: int | None, most: int) -> list[Order]:
    """Up to `most` orders, evenly spread over those of the last weeks."""
    rows = Order.objects.filter(created_at__gte=since)
    wanted = rows
    if total is None or total > most:
        wanted = rows.filter(pk__in=_spread(rows, most))
    items = OrderItem.objects.filter(initial_quantity__gt=0).order_by("order_id", "position")
    # Not joined: an article that many bought is one instance, and read once.
    related = items.prefetch_related("product", "sku__product")
    kept = wanted.exclude(status=Order.Status.CANCELED).select_related("customer")
    return list(kept.prefetch_related(Prefetch("items", queryset=related)).order_by("pk")[:most])


def _spread(rows: QuerySet[Order], most: int) -> list[int]:
    """Keys of orders at even distances. Keys and dates run alike, but not strictly: some at both ends say
    from where to where.
    """
    ends = [
        pk
        for order in (("created_at", "pk"), ("-created_at", "-pk"))
        for pk in rows.order_by(*order).values_list("pk", flat=True)[:_AT_EACH_END]
    ]
    low, high = min(ends), max(ends)
    steps = sorted({low + (high - low) * place // max(1, most - 1) for place in range(most)})
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, [steps])
        return [pk for (pk,) in cursor.fetchall()]


def _lines(order: Order) -> list[ResolvedLine]:
    """As they were before any promotion."""
    return [
        ResolvedLine(
            quantity=item.initial_quantity,
            initial_quantity=item.initial_quantity,
            price=item.price,
            amount=_amount(item),
            initial_amount=_amount(item),
            product=item.sku.product if item.sku is not None else item.product,
            sku=item.sku,
            source_id=item.source_id,
            related_object=item.related_object,
            product_data=item.product_data,
            sku_data=item.sku_data,
            metadata=item.metadata,
        )
        for item in order.items.all()
    ]


def _amount(item: OrderItem) -> int | None:
    if item.initial_amount is not None:
        return item.initial_amount
    return None if item.price is None else item.price * item.initial_quantity


def _as_sent(order: Order, lines: Sequence[ResolvedLine]) -> ResolvedOrder:
    amounts = [line.amount for line in lines if line.amount is not None]
    whole = order.initial_amount if order.initial_amount is not None else order.amount
    return ResolvedOrder(
        spec=OrderSpec(items=()),
        order=None,
        source_id=None,
        amount=sum(amounts) if amounts else whole,
        discount_amount=0,
        lines=tuple(lines),
        metadata=order.metadata,
    )


def _count(since: datetime) -> int | None:
    rows = Order.objects.filter(created_at__gte=since).exclude(status=Order.Status.CANCELED)
    try:
        with attempt():
            return rows.count()
    except TookTooLong:
        return None


def _weekly(figure: int, orders: int | None, tried: int, days: int) -> int | None:
    return None if orders is None else round(Fraction(figure * orders * _WEEK, tried * days))


def _percent(part: int, whole: int) -> int:
    return round(Fraction(100 * part, whole)) if whole else 0
