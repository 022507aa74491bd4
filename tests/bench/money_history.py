"""A million redemptions of the past year, each with its order, made by the database itself.

They are copies of a real one, without what the engine saw. Every customer has as many; three in ten are of
the hot campaign, the others are spread evenly. The rows are right by construction, so foreign keys and
triggers stay out of it. Counters of rules are not written: they are made when they are first asked for, as
after an upgrade.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from commerce.models import Order
from promotions.models import Counter, Redemption, Voucher
from tests.bench import copies, money_rows
from tests.bench.money_rows import Group

REDEMPTIONS: Final = 1_000_000
# Without a factor in common with the customers: every round goes through all of them, never in their order.
_STEP: Final = 48_271

_PLACES: Final = """
CREATE TEMP TABLE place ON COMMIT DROP AS
WITH customers AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS at FROM commerce_customer),
     past AS (SELECT id, code, campaign_id, row_number() OVER (ORDER BY id) - 1 AS at
              FROM promotions_voucher WHERE code LIKE 'PAST-%%'),
     sizes AS (SELECT (SELECT count(*) FROM customers) AS customers,
                      (SELECT count(*) FROM past) - 1 AS spread)
SELECT series.at, customers.id AS customer_id, past.id AS voucher_id, past.code, past.campaign_id,
       %(now)s - interval '365 days' * (%(count)s - series.at) / %(count)s AS instant
FROM generate_series(0, %(count)s::bigint - 1) AS series(at)
CROSS JOIN sizes
JOIN customers ON customers.at = series.at * %(step)s %% sizes.customers
-- The last code is the hot campaign's: three rounds of ten are its.
JOIN past ON past.at = CASE WHEN series.at / sizes.customers %% 10 < 3 THEN sizes.spread
                            ELSE (series.at + series.at / sizes.customers) %% sizes.spread END
"""
_SUMS: Final = """
UPDATE promotions_voucher AS voucher SET redeemed_quantity = counted.uses
FROM (SELECT voucher_id, count(*) AS uses FROM place GROUP BY voucher_id) AS counted
WHERE voucher.id = counted.voucher_id;

UPDATE commerce_customer AS customer
SET redemptions_succeeded = redemptions_succeeded + counted.uses,
    orders_count = orders_count + counted.uses,
    orders_total_amount = orders_total_amount + counted.uses * %(amount)s,
    last_order_amount = CASE WHEN last_order_at > newest THEN last_order_amount ELSE %(amount)s END,
    last_order_at = greatest(last_order_at, newest)
FROM (SELECT customer_id, count(*) AS uses, max(instant) AS newest FROM place GROUP BY customer_id)
     AS counted
WHERE customer.id = counted.customer_id;
"""
_ORDER: Final = {
    "public_id": "'ord_past' || place.at",
    "source_id": "'past-' || place.at",
    "customer_id": "place.customer_id",
    "created_at": "place.instant",
    "paid_at": "place.instant",
    "redemptions": "'{}'",
}
_REDEMPTION: Final = {
    "public_id": "'r_past' || place.at",
    "redeemed_at": "place.instant",
    "customer_id": "place.customer_id",
    "voucher_id": "place.voucher_id",
    "voucher_code": "place.code",
    "campaign_id": "place.campaign_id",
    "order_id": "(SELECT max(id) FROM commerce_order) - %(count)s + 1 + place.at",
    "order_snapshot": "NULL",
    "snapshot": "NULL",
    "outcome": "NULL",
}


def fill(count: int, *, now: datetime) -> None:
    """Write `count` redemptions before `now`, and what sums them up; there is a redemption to copy."""
    keys = [*money_rows.campaigns(Group.MANY), *money_rows.campaigns(Group.RULE)]
    Voucher.objects.bulk_create(
        Voucher(code=f"PAST-{key}", code_key=f"PAST-{key}", campaign_id=key, created_at=now) for key in keys
    )
    redemption = Redemption.objects.exclude(order=None).order_by("pk").select_related("order")[0]
    order = redemption.order
    assert order is not None
    given: dict[str, Any] = {"count": count, "now": now, "step": _STEP}
    tables = (Order._meta.db_table, Redemption._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_PLACES, given)
        with copies.without_indexes(*tables):
            copies.insert(order, _ORDER, "place", given)
            copies.insert(redemption, _REDEMPTION, "place", given)
        cursor.execute(_SUMS, {"amount": order.total_amount})
        # Those that there are know nothing of the past; of budgets it has drawn nothing.
        Counter.objects.exclude(scope=Counter.Scope.BUDGET).delete()
