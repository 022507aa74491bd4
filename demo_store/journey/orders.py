"""Receipts become paid orders, streamed in batches, their customers' summaries in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final

from django.db import connection, transaction

from commerce.models import Order, OrderItem
from commerce.models.orders import new_line_id
from core.ids import new_id
from demo_store.journey import shaping
from demo_store.journey.catalogue import source_ids
from demo_store.journey.context import ORDER_BATCH, Context
from demo_store.journey.copying import copy_rows, reserve_ids
from demo_store.journey.report import Tally
from demo_store.journey.rows import Basket

FIRST_POSITION: Final = 0

_DISCOUNT_FIELDS: Final = (
    "discount_amount",
    "items_discount_amount",
    "total_discount_amount",
    "applied_discount_amount",
    "items_applied_discount_amount",
    "total_applied_discount_amount",
)
_ORDER_FIELDS: Final = (
    "id",
    "public_id",
    "source_id",
    "status",
    "customer_id",
    "amount",
    "initial_amount",
    "total_amount",
    *_DISCOUNT_FIELDS,
    "metadata",
    "redemptions",
    "created_at",
    "paid_at",
)
_LINE_FIELDS: Final = (
    "public_id",
    "order_id",
    "position",
    "product_id",
    "related_object",
    "source_id",
    "quantity",
    "initial_quantity",
    "discount_quantity",
    "price",
    "amount",
    "initial_amount",
    "discount_amount",
    "metadata",
)

# What a batch of paid orders adds to its customers. The newest order wins the "last order" columns; of
# orders of one instant the later one in the batch.
_SUMMARISE: Final = """
    UPDATE commerce_customer AS customer
    SET orders_count = customer.orders_count + batch.orders,
        orders_total_amount = customer.orders_total_amount + batch.total,
        last_order_amount = CASE WHEN customer.last_order_at > batch.last_at THEN customer.last_order_amount
                                 ELSE batch.last_amount END,
        last_order_at = GREATEST(customer.last_order_at, batch.last_at)
    FROM (
        SELECT customer_id, count(*) AS orders, sum(total_amount) AS total, max(created_at) AS last_at,
               (array_agg(total_amount ORDER BY created_at DESC, id DESC))[1] AS last_amount
        FROM commerce_order
        WHERE id = ANY(%s)
        GROUP BY customer_id
    ) AS batch
    WHERE customer.id = batch.customer_id
"""


@dataclass(kw_only=True)
class OrderTallies:
    orders: Tally
    lines: Tally
    value: int = 0
    """Sales value of all receipts read, rejected ones too, in cents."""


def load_orders(
    context: Context, *, customers: Mapping[int, int], products: Mapping[int, int]
) -> OrderTallies:
    """Write each receipt that is not there yet (by source id) as a paid order, whole or not at all.

    amount = what the chain got for it (sum of sales values), no discounts: coupons come on top when their
    redemptions are replayed, the chain's own discounts stand in the metadata. A run that was interrupted
    goes on at the first batch that is not there.
    """
    tallies = OrderTallies(orders=Tally(kind="orders"), lines=Tally(kind="order lines"))
    with context.progress.stage(tallies.orders):
        for batch in batched(context.source.baskets(), ORDER_BATCH):
            _load_batch(context, batch, customers, products, tallies)
            context.progress.at(tallies.orders)
    tallies.lines.seconds = tallies.orders.seconds
    return tallies


def _load_batch(
    context: Context,
    batch: Sequence[Basket],
    customers: Mapping[int, int],
    products: Mapping[int, int],
    tallies: OrderTallies,
) -> None:
    orders, lines = tallies.orders, tallies.lines
    writing = not context.dry_run
    with transaction.atomic():
        present = source_ids(Order, [str(basket.id) for basket in batch])
        missing = []
        for basket in batch:
            sold = sum(line.quantity != 0 or line.sales_value != 0 for line in basket.lines)
            orders.read += 1
            tallies.value += basket.sales_value
            lines.read += len(basket.lines)
            if not shaping.is_sane(basket):
                orders.reject("a quantity or value below zero")
                lines.reject("the order was rejected", len(basket.lines))
                continue
            if writing and basket.household_id not in customers:
                orders.reject("the household is not a customer")
                lines.reject("the order was rejected", len(basket.lines))
                continue
            lines.reject("no quantity and no value: books a discount only", len(basket.lines) - sold)
            if str(basket.id) in present:
                orders.present += 1
                lines.present += sold
                continue
            orders.written += 1
            lines.written += sold
            missing.append(basket)
        if missing and writing:
            _write(context, missing, customers, products)


def _write(
    context: Context, baskets: Sequence[Basket], customers: Mapping[int, int], products: Mapping[int, int]
) -> None:
    ids = reserve_ids(Order, len(baskets))
    pairs = list(zip(ids, baskets, strict=True))
    copy_rows(Order, _ORDER_FIELDS, (_order(context, pk, basket, customers) for pk, basket in pairs))
    copy_rows(OrderItem, _LINE_FIELDS, (row for pk, basket in pairs for row in _lines(pk, basket, products)))
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARISE, [ids])


def _order(context: Context, pk: int, basket: Basket, customers: Mapping[int, int]) -> tuple[Any, ...]:
    at = context.shift.instant(basket.at)
    amount = basket.sales_value
    return (
        pk,
        new_id("ord"),
        str(basket.id),
        Order.Status.PAID.value,
        customers[basket.household_id],
        amount,
        amount,
        amount,
        *[0] * len(_DISCOUNT_FIELDS),
        shaping.order_metadata(basket),
        {},
        at,
        at,
    )


def _lines(order: int, basket: Basket, products: Mapping[int, int]) -> list[tuple[Any, ...]]:
    lines = [line for line in map(shaping.order_line, basket.lines) if line is not None]
    return [
        (
            new_line_id(),
            order,
            position,
            # An article that the catalogue does not know stays on the receipt by its number.
            products.get(line.product_id),
            OrderItem.RelatedObject.PRODUCT.value,
            str(line.product_id),
            line.quantity,
            line.quantity,
            0,
            line.price,
            line.amount,
            line.amount,
            0,
            None if line.units is None else {"units": line.units},
        )
        for position, line in enumerate(lines, FIRST_POSITION)
    ]
