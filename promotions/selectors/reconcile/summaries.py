"""Uses of codes and tiers, and the summaries of customers, against redemptions, rollbacks and orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions.selectors.reconcile.comparing import Asked, columns_of

type Statement = tuple[str, Mapping[str, Any]]

_NEWEST: Final = (
    "SELECT r.public_id FROM promotions_redemption AS r WHERE r.{column} = t.id AND r.status = 'SUCCEEDED' "
    "ORDER BY r.redeemed_at DESC, r.id DESC LIMIT %(named)s"
)
_KEPT: Final = """
LEFT JOIN (
    SELECT r.{column} AS id, COUNT(*) AS uses, SUM(r.order_amount) AS spent, SUM(r.discount_amount) AS saved
    FROM promotions_redemption AS r
    WHERE r.status = 'SUCCEEDED' AND r.{column} IS NOT NULL AND {among} GROUP BY 1
) AS kept ON kept.id = t.id
"""


def of_vouchers(asked: Asked) -> Statement:
    """A code's uses are its redemptions that were not rolled back."""
    return columns_of(
        noun="voucher",
        table="promotions_voucher",
        columns={"redeemed_quantity": "COALESCE(kept.uses, 0)"},
        joins=_KEPT.format(column="voucher_id", among=asked.among("r.voucher_id")),
        where=asked.among("t.id"),
        rows=_NEWEST.format(column="voucher_id"),
    ), {}


def of_tiers(asked: Asked) -> Statement:
    """A tier sums up its redemptions that were not rolled back, and their orders."""
    return columns_of(
        noun="promotion tier",
        table="promotions_promotiontier",
        columns={
            "redeemed_quantity": "COALESCE(kept.uses, 0)",
            "orders_total_amount": "COALESCE(kept.spent, 0)",
            "orders_total_discount_amount": "COALESCE(kept.saved, 0)",
        },
        joins=_KEPT.format(column="promotion_tier_id", among=asked.among("r.promotion_tier_id")),
        where=asked.among("t.id"),
        rows=_NEWEST.format(column="promotion_tier_id"),
    ), {}


def of_customers(asked: Asked) -> Statement:
    """A redemption that was rolled back still succeeded once; the parent of several is none itself."""
    return columns_of(
        noun="customer",
        table="commerce_customer",
        columns={
            "redemptions_succeeded": "COALESCE(tried.succeeded, 0)",
            "redemptions_failed": "COALESCE(tried.failed, 0)",
            "rollbacks_succeeded": "COALESCE(tried.taken_back, 0)",
            "orders_count": "COALESCE(paid.orders, 0)",
            "orders_total_amount": "COALESCE(paid.total, 0)",
            "last_order_amount": "COALESCE(paid.last_amount, 0)",
            "last_order_at": "paid.last_at",
        },
        joins=_TRIED.format(redemptions=asked.among("r.customer_id"), orders=asked.among("o.customer_id")),
        where=asked.among("t.id"),
        rows=_OF_CUSTOMER,
    ), {}


_TRIED: Final = """
LEFT JOIN (
    SELECT r.customer_id AS id, COUNT(*) FILTER (WHERE r.result = 'SUCCESS') AS succeeded,
           COUNT(*) FILTER (WHERE r.result = 'FAILURE') AS failed, COUNT(rollback.id) AS taken_back
    FROM promotions_redemption AS r LEFT JOIN promotions_rollback AS rollback ON rollback.redemption_id = r.id
    WHERE r.related_object_type <> 'redemption' AND r.customer_id IS NOT NULL AND {redemptions} GROUP BY 1
) AS tried ON tried.id = t.id
LEFT JOIN (
    SELECT o.customer_id AS id, COUNT(*) AS orders, SUM(o.total_amount) AS total,
           (array_agg(o.total_amount ORDER BY o.created_at DESC, o.id DESC))[1] AS last_amount,
           MAX(o.created_at) AS last_at
    FROM commerce_order AS o
    WHERE o.status IN ('PAID', 'FULFILLED') AND o.customer_id IS NOT NULL AND {orders} GROUP BY 1
) AS paid ON paid.id = t.id
"""
_OF_CUSTOMER: Final = """
SELECT mine.public_id FROM (
    (SELECT r.public_id, r.redeemed_at AS at FROM promotions_redemption AS r
     WHERE r.customer_id = t.id AND r.related_object_type <> 'redemption'
     ORDER BY r.redeemed_at DESC, r.id DESC LIMIT %(named)s)
    UNION ALL
    (SELECT o.public_id, o.created_at FROM commerce_order AS o
     WHERE o.customer_id = t.id AND o.status IN ('PAID', 'FULFILLED')
     ORDER BY o.created_at DESC, o.id DESC LIMIT %(named)s)
) AS mine ORDER BY mine.at DESC LIMIT %(named)s
"""
