"""What counts, in SQL: the one definition that counting, rebuilding and checking share.

Three steps over some redemptions (`%(ids)s`): `FACTS` writes down what each of them is now, `FIRSTS` which of
them count an order or a customer, `SUMS` adds up what they add to which hour.
"""

from __future__ import annotations

from typing import Final

from promotions.selectors.budgets_in_force import USUAL_STORE_FIELD

_MOST: Final = 10**15
"""The highest amount anywhere in the house (INVARIANTS M1): the cost of an order stays below it, too."""


def _store_in(metadata: str) -> str:
    field = f"{metadata}->'{USUAL_STORE_FIELD}'"
    return (
        f"CASE WHEN jsonb_typeof({field}) IN ('string', 'number') "
        f"THEN NULLIF(LEFT({metadata}->>'{USUAL_STORE_FIELD}', 100), '') END"
    )


def _cost_in(metadata: str) -> str:
    field = f"{metadata}->%(cost_field)s::text"
    return (
        f"CASE WHEN jsonb_typeof({field}) = 'number' AND ({field})::numeric BETWEEN 0 AND {_MOST} "
        f"THEN ({field})::numeric END"
    )


# The nearest word counts: the line's own, what the order said about its article, the catalogue's.
_COST: Final = f"""
SELECT CASE WHEN bool_and(unit.cost IS NOT NULL OR kept.quantity = 0)
            THEN LEAST(SUM(ROUND(COALESCE(unit.cost, 0) * kept.quantity)), {_MOST})::bigint END
FROM commerce_orderitem AS item
LEFT JOIN commerce_sku AS sku ON sku.id = item.sku_id
LEFT JOIN commerce_product AS product ON product.id = COALESCE(item.product_id, sku.product_id)
CROSS JOIN LATERAL (
    SELECT GREATEST(item.quantity - COALESCE(SUM(line.quantity), 0), 0) AS quantity
    FROM promotions_orderreturn AS back
    JOIN promotions_returnedline AS line ON line.order_return_id = back.id AND line.position = item.position
    WHERE back.order_id = item.order_id
) AS kept
CROSS JOIN LATERAL (
    SELECT COALESCE({_cost_in("item.metadata")}, {_cost_in("item.sku_data->'metadata'")},
                    {_cost_in("item.product_data->'metadata'")}, {_cost_in("sku.metadata")},
                    {_cost_in("product.metadata")}) AS cost
) AS unit
WHERE item.order_id = bought.id AND %(cost_field)s::text <> ''
"""  # noqa: S608 - names of ours

# Money that was paid back; what went back to gift cards was never part of what was paid.
FACTS: Final = f"""
INSERT INTO insights_countedredemption AS counted (
    redemption_id, campaign_id, channel, store, hour, redeemed_at, status, failure_code, customer_id,
    order_id, discount_amount, gift_amount, points_spent, points_earned, revenue_amount, cost_amount,
    is_first_of_order, is_first_of_order_at_all, customer_is, customer_is_at_all
)
WITH wanted AS (
    SELECT * FROM promotions_redemption WHERE id = ANY(%(ids)s) AND related_object_type <> 'redemption'
), bought AS (
    SELECT bought.id, bought.metadata, GREATEST(bought.total_amount - COALESCE(back.money, 0), 0) AS amount,
           cost.amount AS cost
    FROM commerce_order AS bought
    CROSS JOIN LATERAL (
        SELECT SUM(refund_amount) AS money FROM promotions_orderreturn WHERE order_id = bought.id
    ) AS back
    CROSS JOIN LATERAL ({_COST}) AS cost(amount)
    WHERE bought.id IN (SELECT order_id FROM wanted)
)
SELECT wanted.id, wanted.campaign_id, COALESCE(NULLIF(wanted.channel_id, ''), wanted.channel_type),
       COALESCE(NULLIF(wanted.store, ''), {_store_in("wanted.metadata")}, {_store_in("bought.metadata")}, ''),
       date_trunc('hour', wanted.redeemed_at, %(zone)s), wanted.redeemed_at, wanted.status,
       wanted.failure_code, wanted.customer_id, wanted.order_id,
       CASE WHEN wanted.status = 'SUCCEEDED' AND NOT is_gift.so
            THEN wanted.discount_amount - COALESCE(back.discount, 0) ELSE 0 END,
       CASE WHEN wanted.status = 'SUCCEEDED' AND is_gift.so
            THEN COALESCE(wanted.credits, 0) - COALESCE(back.credits, 0) ELSE 0 END,
       CASE WHEN wanted.status = 'SUCCEEDED' AND NOT is_gift.so
            THEN COALESCE(wanted.credits, 0) - COALESCE(back.credits, 0) ELSE 0 END,
       0, COALESCE(bought.amount, 0), bought.cost, FALSE, FALSE, '', ''
FROM wanted
LEFT JOIN bought ON bought.id = wanted.order_id
LEFT JOIN promotions_voucher AS voucher ON voucher.id = wanted.voucher_id
CROSS JOIN LATERAL (SELECT COALESCE(voucher.type = 'GIFT_VOUCHER', FALSE)) AS is_gift(so)
CROSS JOIN LATERAL (
    SELECT SUM(discount_amount) AS discount, SUM(credits) AS credits
    FROM promotions_returnedshare WHERE redemption_id = wanted.id
) AS back
ON CONFLICT (redemption_id) DO UPDATE SET
    store = COALESCE(NULLIF(EXCLUDED.store, ''), counted.store), hour = EXCLUDED.hour,
    campaign_id = EXCLUDED.campaign_id, channel = EXCLUDED.channel, redeemed_at = EXCLUDED.redeemed_at,
    status = EXCLUDED.status, failure_code = EXCLUDED.failure_code, customer_id = EXCLUDED.customer_id,
    order_id = EXCLUDED.order_id, discount_amount = EXCLUDED.discount_amount,
    gift_amount = EXCLUDED.gift_amount, points_spent = EXCLUDED.points_spent,
    revenue_amount = EXCLUDED.revenue_amount, cost_amount = EXCLUDED.cost_amount
"""  # noqa: S608 - names of ours
"""A store stays known when the order's metadata are erased with its customer."""

_EARLIER: Final = (
    "earlier.status = 'SUCCEEDED' AND "
    "(earlier.redeemed_at, earlier.redemption_id) < (this.redeemed_at, this.redemption_id)"
)
_NO_EARLIER_OF_ORDER: Final = (
    "NOT EXISTS (SELECT FROM insights_countedredemption AS earlier "
    f"WHERE earlier.order_id = this.order_id AND {_EARLIER}"
)
_NO_EARLIER_OF_CUSTOMER: Final = (
    "NOT EXISTS (SELECT FROM insights_countedredemption AS earlier "
    f"WHERE earlier.customer_id = this.customer_id AND {_EARLIER}"
)
# What was redeemed together belongs to one purchase.
_WAS_KNOWN: Final = """
EXISTS (SELECT FROM commerce_order AS bought
        WHERE bought.customer_id = this.customer_id AND bought.paid_at < this.redeemed_at
          AND bought.status <> 'CANCELED' AND bought.id IS DISTINCT FROM this.order_id)
OR EXISTS (SELECT FROM insights_countedredemption AS earlier
           WHERE earlier.customer_id = this.customer_id AND earlier.status = 'SUCCEEDED'
             AND earlier.redeemed_at < this.redeemed_at
             AND (this.order_id IS NULL OR earlier.order_id IS DISTINCT FROM this.order_id))
"""
FIRSTS: Final = f"""
UPDATE insights_countedredemption AS counted
SET is_first_of_order = first.of_order, is_first_of_order_at_all = first.of_order_at_all,
    customer_is = CASE WHEN first.of_customer THEN first.customer_is ELSE '' END,
    customer_is_at_all = CASE WHEN first.of_customer_at_all THEN first.customer_is ELSE '' END
FROM (
    SELECT this.redemption_id,
           this.campaign_id IS NOT NULL AND stands.order_does
               AND {_NO_EARLIER_OF_ORDER} AND earlier.campaign_id = this.campaign_id) AS of_order,
           stands.order_does AND {_NO_EARLIER_OF_ORDER}) AS of_order_at_all,
           this.campaign_id IS NOT NULL AND stands.does
               AND {_NO_EARLIER_OF_CUSTOMER} AND earlier.campaign_id = this.campaign_id) AS of_customer,
           stands.does AND {_NO_EARLIER_OF_CUSTOMER}) AS of_customer_at_all,
           CASE WHEN stands.does AND ({_WAS_KNOWN}) THEN 'RETURNING' ELSE 'NEW' END AS customer_is
    FROM insights_countedredemption AS this
    LEFT JOIN commerce_order AS own ON own.id = this.order_id
    CROSS JOIN LATERAL (
        SELECT this.status = 'SUCCEEDED' AND this.customer_id IS NOT NULL AS does,
               COALESCE(this.status = 'SUCCEEDED' AND own.status <> 'CANCELED', FALSE) AS order_does
    ) AS stands
    WHERE this.redemption_id = ANY(%(ids)s)
) AS first
WHERE counted.redemption_id = first.redemption_id
"""  # noqa: S608 - names of ours

KEYS: Final = ("campaign_id", "channel", "store", "hour")
_MEASURES: Final = {
    "redemptions": "COUNT(*) FILTER (WHERE one.status = 'SUCCEEDED')",
    "rollbacks": "COUNT(*) FILTER (WHERE one.status = 'ROLLED_BACK')",
    "refusals": "COUNT(*) FILTER (WHERE one.status = 'FAILED')",
    "discount_amount": "SUM(one.discount_amount)",
    "gift_amount": "SUM(one.gift_amount)",
    "orders": "COUNT(*) FILTER (WHERE scope.is_first)",
    "revenue_amount": "SUM(one.revenue_amount) FILTER (WHERE scope.is_first)",
    "costed_orders": "COUNT(*) FILTER (WHERE scope.is_first AND one.cost_amount IS NOT NULL)",
    "costed_revenue_amount": (
        "SUM(one.revenue_amount) FILTER (WHERE scope.is_first AND one.cost_amount IS NOT NULL)"
    ),
    "cost_amount": "SUM(one.cost_amount) FILTER (WHERE scope.is_first)",
    "new_customers": "COUNT(*) FILTER (WHERE scope.customer_is = 'NEW')",
    "returning_customers": "COUNT(*) FILTER (WHERE scope.customer_is = 'RETURNING')",
    "points_spent": "SUM(one.points_spent)",
    "points_earned": "SUM(one.points_earned)",
}
MEASURES: Final = tuple(_MEASURES)

# Each attempt counts in its campaign, if it has one, and in everything together.
_SCOPES: Final = """
FROM insights_countedredemption AS one
CROSS JOIN LATERAL (VALUES
    (one.campaign_id, FALSE, one.is_first_of_order, one.customer_is),
    (NULL, TRUE, one.is_first_of_order_at_all, one.customer_is_at_all)
) AS scope(campaign_id, is_all, is_first, customer_is)
WHERE (scope.is_all OR one.campaign_id IS NOT NULL)
"""
HOURS: Final = (
    "SELECT scope.campaign_id, one.channel, one.store, one.hour, "
    + ", ".join(f"COALESCE({sql}, 0)::bigint AS {name}" for name, sql in _MEASURES.items())
    + f" {_SCOPES} AND {{where}} GROUP BY 1, 2, 3, 4"
)
"""Rows of `MetricHour`, of the counted redemptions (`one`) that fulfil the condition put in."""
REFUSALS: Final = (
    "SELECT scope.campaign_id, one.channel, one.store, one.hour, one.failure_code, "
    f"COUNT(*) AS refusals {_SCOPES} AND one.status = 'FAILED' AND {{where}} GROUP BY 1, 2, 3, 4, 5"
)
"""Rows of `RefusalHour`."""


def adding(table: str, keys: tuple[str, ...], measures: tuple[str, ...], rows: str) -> str:
    """A statement that adds rows, `%(sign)s` times, to those that are there."""
    columns = ", ".join((*keys, *measures))
    values = ", ".join((*keys, *(f"%(sign)s * {name}" for name in measures)))
    sums = ", ".join(f"{name} = kept.{name} + EXCLUDED.{name}" for name in measures)
    return (
        f"INSERT INTO {table} AS kept ({columns}) SELECT {values} FROM ({rows}) AS added "  # noqa: S608 - ours
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"
    )
