"""What the club must come to, worked out from the orders by plain SQL and nothing else of the house.

Window functions over `commerce_order` say what each household earned, when it passed a threshold, what it
had to spend, and which points were left on their last day. Only then is the points ledger asked, and both are
compared row by row. Nothing here imports `loyalty`: a mistake there cannot be repeated here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection, transaction
from psycopg import sql

from demo_store.journey.report import Check
from demo_store.journey.shaping import DATA_SET

# The points of each paid order: one for each whole unit of currency, on the local day.
_EARNED: Final = """
    CREATE TEMP TABLE club_earned ON COMMIT DROP AS
    SELECT customer_id, id AS order_id, paid_at, (paid_at AT TIME ZONE %(zone)s)::date AS day,
           total_amount / 100 AS points
    FROM commerce_order
    WHERE metadata ->> 'data_set' = %(data_set)s AND status = 'PAID' AND total_amount >= 100
"""
# Half of what is there is spent on three mornings, before the shop opens.
_SPENT: Final = """
    CREATE TEMP TABLE club_spent ON COMMIT DROP AS
    WITH had AS (
        SELECT customer_id,
               coalesce(sum(points) FILTER (WHERE day < %(first)s), 0)::bigint AS first,
               coalesce(sum(points) FILTER (WHERE day < %(second)s), 0)::bigint AS second,
               coalesce(sum(points) FILTER (WHERE day < %(third)s), 0)::bigint AS third
        FROM club_earned GROUP BY customer_id
    ), one AS (SELECT *, first / 2 AS spent_first FROM had)
    , two AS (SELECT *, (second - spent_first) / 2 AS spent_second FROM one)
    , three AS (SELECT *, (third - spent_first - spent_second) / 2 AS spent_third FROM two)
    SELECT customer_id, day, points FROM three CROSS JOIN LATERAL (VALUES
        (%(first)s::date, spent_first), (%(second)s::date, spent_second), (%(third)s::date, spent_third)
    ) AS morning (day, points)
    WHERE points > 0
"""
# Points of one day end together, twelve months later. The oldest are spent first: of each day remains what
# reaches beyond all that was spent.
_LEFT: Final = """
    CREATE TEMP TABLE club_left ON COMMIT DROP AS
    WITH lots AS (
        SELECT customer_id, (day + interval '12 months')::date AS expires_on, sum(points)::bigint AS points
        FROM club_earned GROUP BY 1, 2
    ), reaching AS (
        SELECT *, sum(points) OVER (PARTITION BY customer_id ORDER BY expires_on) AS reach FROM lots
    ), spent AS (
        SELECT customer_id, sum(points) AS spent FROM club_spent GROUP BY customer_id
    )
    SELECT customer_id, expires_on, points,
           greatest(0, least(points, reach - coalesce(spent, 0)))::bigint AS remaining
    FROM reaching LEFT JOIN spent USING (customer_id)
"""
# Who passes a threshold of the calendar year rises at once, keeps the tier to the year's end and loses it in
# the night after: nobody has points in the new year yet.
_MOVES: Final = """
    CREATE TEMP TABLE club_moves ON COMMIT DROP AS
    WITH running AS (
        SELECT customer_id, day, paid_at, order_id, date_trunc('year', day)::date AS year,
               sum(points) OVER season AS total, sum(points) OVER season - points AS before
        FROM club_earned
        WINDOW season AS (PARTITION BY customer_id, date_trunc('year', day) ORDER BY paid_at, order_id)
    )
    SELECT customer_id, day, kind, tier FROM running CROSS JOIN LATERAL (
        VALUES (
            CASE WHEN before < %(silver)s THEN 'joined' ELSE 'upgraded' END,
            CASE WHEN total >= %(gold)s THEN 'Gold' ELSE 'Silver' END,
            before < %(silver)s AND total >= %(silver)s OR before < %(gold)s AND total >= %(gold)s
        )
    ) AS move (kind, tier, is_one)
    WHERE is_one
    UNION ALL
    SELECT customer_id, (year + interval '1 year')::date, 'left', NULL
    FROM running GROUP BY customer_id, year HAVING max(total) >= %(silver)s
"""
# The ledger's side begins here.
_CARDS: Final = """
    CREATE TEMP TABLE club_cards ON COMMIT DROP AS
    SELECT card.voucher_id AS card_id, voucher.holder_id AS customer_id,
           card.points, card.subtracted_points, card.expired_points, card.balance
    FROM loyalty_loyaltycard AS card JOIN promotions_voucher AS voucher ON voucher.id = card.voucher_id
    WHERE card.campaign_id = %(programme)s
"""
_PREPARED: Final = (_EARNED, _SPENT, _LEFT, _MOVES, _CARDS)


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """Two SELECTs with the same columns: of the orders, and of the ledger."""

    name: str
    orders: str
    ledger: str


_COMPARED: Final = (
    _Comparison(
        name="points of each order",
        orders="SELECT customer_id, order_id, points FROM club_earned",
        ledger="SELECT customer_id, order_id, earning.points FROM loyalty_earning AS earning"
        " JOIN club_cards USING (card_id)",
    ),
    _Comparison(
        name="totals of each household: earned, spent, expired, left",
        orders="""
            SELECT customer_id, earned.points, coalesce(spent.points, 0), ended.points, 0
            FROM (SELECT customer_id, sum(points) AS points FROM club_earned GROUP BY 1) AS earned
            LEFT JOIN (SELECT customer_id, sum(points) AS points FROM club_spent GROUP BY 1) AS spent
                USING (customer_id)
            JOIN (SELECT customer_id, sum(remaining) AS points FROM club_left GROUP BY 1) AS ended
                USING (customer_id)
        """,
        ledger="SELECT customer_id, points, subtracted_points, expired_points, balance FROM club_cards",
    ),
    _Comparison(
        name="what each household spent on each morning",
        orders="SELECT customer_id, day, points FROM club_spent",
        ledger="""
            SELECT customer_id, day, -amount FROM loyalty_pointstransaction JOIN club_cards USING (card_id)
            WHERE type = 'POINTS_REMOVAL'
        """,
    ),
    _Comparison(
        name="points of each day: when they end, how many there were and expired",
        orders="SELECT customer_id, expires_on, points, remaining FROM club_left",
        ledger="SELECT customer_id, expires_on, earned, expired FROM loyalty_pointslot"
        " JOIN club_cards USING (card_id)",
    ),
    _Comparison(
        name="what each night took from each household",
        orders="SELECT customer_id, expires_on + 1, remaining FROM club_left WHERE remaining > 0",
        ledger="""
            SELECT customer_id, day, -amount FROM loyalty_pointstransaction JOIN club_cards USING (card_id)
            WHERE type = 'POINTS_EXPIRATION'
        """,
    ),
    _Comparison(
        name="tiers that each household reached and lost, by day",
        orders="SELECT customer_id, day, kind, tier FROM club_moves",
        ledger="""
            SELECT customer_id, day, kind, tier.name FROM loyalty_tierchange JOIN club_cards USING (card_id)
            LEFT JOIN loyalty_loyaltytier AS tier ON tier.id = to_tier_id
        """,
    ),
)
_DIFFERENT: Final = """
    WITH orders AS ({orders}), ledger AS ({ledger})
    SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM ledger),
           (SELECT count(*) FROM (TABLE orders EXCEPT ALL TABLE ledger) AS missing)
           + (SELECT count(*) FROM (TABLE ledger EXCEPT ALL TABLE orders) AS too_many)
"""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the proof has to know of the club: whose it is and how it works."""

    programme: int
    zone: str
    mornings: Sequence[date]
    silver: int
    gold: int


@transaction.atomic
def checks(facts: Facts) -> list[Check]:
    """Of each kind of row how many there are, and that none of them differs."""
    first, second, third = facts.mornings
    known: dict[str, Any] = {
        "data_set": DATA_SET,
        "programme": facts.programme,
        "zone": facts.zone,
        "silver": facts.silver,
        "gold": facts.gold,
        "first": first,
        "second": second,
        "third": third,
    }
    found = []
    with connection.cursor() as cursor:
        for statement in _PREPARED:
            cursor.execute(statement, known)
        for one in _COMPARED:
            parts = {"orders": sql.SQL(one.orders), "ledger": sql.SQL(one.ledger)}
            cursor.execute(sql.SQL(_DIFFERENT).format(**parts), known)
            expected, counted, different = cursor.fetchone()
            found.append(Check(name=one.name, expected=expected, found=counted))
            found.append(Check(name="… of which differ", expected=0, found=different))
        cursor.execute("DROP TABLE club_cards, club_moves, club_left, club_spent, club_earned")
    return found
