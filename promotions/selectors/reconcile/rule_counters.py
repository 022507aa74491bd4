"""Counters of rules against the redemptions that they count: every name, subject and period in one statement.

The redemptions are read once, less what returns took back; each shape of counter (scope, whose use, period)
joins them. Weeks that begin on another day than the project's are of an earlier setting: no decision reads
or moves them any more, and they are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.db import connection

from engine.applicability import UnitLimit
from promotions.models import Counter
from promotions.selectors import tallies
from promotions.selectors.reconcile.comparing import WHOSE, Asked
from promotions.selectors.tallies import CREDITS, DISCOUNTS, ORDERS

_COLUMNS: Final = {
    Counter.Scope.CAMPAIGN.value: "campaign_id",
    Counter.Scope.VOUCHER.value: "voucher_id",
    Counter.Scope.TIER.value: "promotion_tier_id",
}
# Whose use a subject means: as `tallies.Subjects` names it.
_WHOSE: Final = {
    "": "TRUE",
    "customer": "kept.customer_id::text = counter.who",
    "key": "kept.channel_type = 'API' AND kept.channel_id = counter.who",
    "user": "kept.channel_type = 'USER' AND kept.channel_id = counter.who",
}
_STARTS: Final = {
    "": "TRUE",
    "daily": "kept.day = counter.starts_on",
    "weekly": "kept.week = counter.starts_on",
    "monthly": "kept.month = counter.starts_on",
}


class Shape(NamedTuple):
    """Counters that are added up in the same way; `limit` is of discounted units, else empty."""

    scope: str
    whose: str
    period: str
    limit: str


def of_counters(asked: Asked) -> tuple[str, Mapping[str, Any]]:
    """A counter of a rule counts redemptions that were not rolled back, less what came back."""
    among = asked.among("c.id")
    shapes = _shapes(among, asked)
    if not shapes:
        return "", {}
    scopes = sorted({shape.scope for shape in shapes})
    values: dict[str, Any] = {
        "zone": asked.settings.time_zone,
        "first_weekday": asked.settings.first_weekday,
        "orders": ORDERS,
        "discounts": DISCOUNTS,
        "credits": CREDITS,
    }
    return _STATEMENT.format(
        among=among,
        kept=" OR ".join(_SOME.format(column=_COLUMNS[scope], scope=scope) for scope in scopes),
        subject=WHOSE.format(t="wrong"),
        parts=" UNION ALL ".join(_part(shape) for shape in shapes),
        newest=" UNION ALL ".join(_NEWEST.format(column=_COLUMNS[scope], scope=scope) for scope in scopes),
    ), values


def _shapes(among: str, asked: Asked) -> list[Shape]:
    """The shapes of the counters that there are. One short query."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMES.format(among=among), {"pks": sorted(asked.pks or ())})
        found = cursor.fetchall()
    known = {limit.value for limit in UnitLimit}
    shapes = {
        Shape(scope, whose, "" if limit else tallies.period_of(name), limit)
        for scope, whose, name, limit in found
        if whose in _WHOSE and (not limit or limit in known)
    }
    return sorted(shapes)


def _part(shape: Shape) -> str:
    conditions = {"scope": shape.scope, "column": _COLUMNS[shape.scope], "whose": _WHOSE[shape.whose]}
    if shape.limit:
        article = "unit.article" if shape.limit.startswith("product_in_collection") else "NULL"
        return _UNITS.format(limit=shape.limit, article=article, subject=shape.whose, **conditions)
    return _USES.format(period=shape.period, starts=_STARTS[shape.period], subject=shape.whose, **conditions)


_NAMES: Final = """
SELECT DISTINCT c.scope, split_part(c.subject, ':', 1),
       CASE WHEN c.name LIKE '%%:%%' THEN '' ELSE c.name END,
       CASE WHEN c.name LIKE '%%:%%' THEN split_part(c.name, ':', 1) ELSE '' END
FROM promotions_counter AS c WHERE c.scope <> 'budget' AND {among}
"""
# As an array: of a few counters the indexes then find the redemptions.
_SOME: Final = (
    "r.{column} = ANY((SELECT array_agg(scope_id) FROM counters WHERE scope = '{scope}')::bigint[])"
)
_USES: Final = """
SELECT counter.id, SUM(CASE counter.name WHEN %(orders)s THEN kept.order_amount
                                         WHEN %(discounts)s THEN kept.discount_amount
                                         WHEN %(credits)s THEN kept.credits ELSE 1 END) AS amount
FROM counters AS counter JOIN kept ON kept.{column} = counter.scope_id AND {whose} AND {starts}
WHERE counter.scope = '{scope}' AND counter.subject_kind = '{subject}' AND counter.period_kind = '{period}'
  AND NOT counter.is_of_units
GROUP BY counter.id
"""
_UNITS: Final = """
SELECT counter.id, SUM(unit.quantity)
FROM counters AS counter
JOIN unit ON counter.name = concat_ws(':', '{limit}', unit.entry, {article})
JOIN kept ON kept.id = unit.redemption_id AND kept.{column} = counter.scope_id AND {whose}
WHERE counter.scope = '{scope}' AND counter.subject_kind = '{subject}' AND counter.is_of_units
GROUP BY counter.id
"""
# Only ever reached for counters that lie.
_NEWEST: Final = """
(SELECT r.public_id FROM promotions_redemption AS r
 WHERE wrong.scope = '{scope}' AND r.{column} = wrong.scope_id AND r.status = 'SUCCEEDED'
   AND CASE wrong.subject_kind WHEN '' THEN TRUE WHEN 'customer' THEN r.customer_id::text = wrong.who
       ELSE r.channel_id = wrong.who END
   AND (wrong.starts_on IS NULL
        OR (r.redeemed_at AT TIME ZONE %(zone)s)::date BETWEEN wrong.starts_on AND wrong.starts_on + 31)
 ORDER BY r.redeemed_at DESC, r.id DESC LIMIT %(named)s)
"""
_STATEMENT: Final = """
WITH counters AS MATERIALIZED (
    SELECT c.id, c.scope, c.scope_id, c.name, c.subject, c.period, c.value,
           split_part(c.subject, ':', 1) AS subject_kind,
           substr(c.subject, strpos(c.subject, ':') + 1) AS who,
           NULLIF(c.period, '')::date AS starts_on, c.name LIKE '%%:%%' AS is_of_units,
           COALESCE(substring(c.name FROM '[.](daily|weekly|monthly)$'), '') AS period_kind
    FROM promotions_counter AS c WHERE c.scope <> 'budget' AND {among}
), back AS (
    SELECT redemption_id, SUM(order_amount) AS order_amount, SUM(discount_amount) AS discount_amount,
           SUM(credits) AS credits
    FROM promotions_returnedshare GROUP BY 1
), kept AS MATERIALIZED (
    SELECT r.id, r.campaign_id, r.voucher_id, r.promotion_tier_id, r.customer_id, r.channel_type,
           r.channel_id,
           COALESCE(r.order_amount, 0) - COALESCE(back.order_amount, 0) AS order_amount,
           r.discount_amount - COALESCE(back.discount_amount, 0) AS discount_amount,
           COALESCE(r.credits, 0) - COALESCE(back.credits, 0) AS credits,
           local.day, date_trunc('month', local.day)::date AS month,
           local.day - (EXTRACT(ISODOW FROM local.day)::int - %(first_weekday)s + 7) %% 7 AS week
    FROM promotions_redemption AS r
    CROSS JOIN LATERAL (SELECT (r.redeemed_at AT TIME ZONE %(zone)s)::date AS day) AS local
    LEFT JOIN back ON back.redemption_id = r.id
    WHERE r.status = 'SUCCEEDED' AND ({kept})
), unit AS (
    SELECT redemption_id, entry, article, quantity::bigint FROM promotions_discountedunits
    UNION ALL
    SELECT share.redemption_id, part->>'entry', part->>'article', -(part->>'quantity')::bigint
    FROM promotions_returnedshare AS share, jsonb_array_elements(share.units) AS part
), counted (id, amount) AS (
    {parts}
), wrong AS (
    SELECT counters.*, COALESCE(counted.amount, 0)::bigint AS amount
    FROM counters LEFT JOIN counted USING (id)
    WHERE counters.value IS DISTINCT FROM COALESCE(counted.amount, 0)
      AND (counters.period_kind <> 'weekly'
           OR EXTRACT(ISODOW FROM counters.starts_on)::int %% 7 = %(first_weekday)s %% 7)
)
SELECT 'counter', wrong.id,
       concat_ws(' ', COALESCE(campaign.public_id, voucher.public_id, tier.public_id,
                               wrong.scope || ' ' || wrong.scope_id),
                 wrong.name, {subject}, NULLIF(wrong.period, '')),
       'value', wrong.value::text, wrong.amount::text, ARRAY({newest})
FROM wrong
LEFT JOIN promotions_campaign AS campaign ON wrong.scope = 'campaign' AND campaign.id = wrong.scope_id
LEFT JOIN promotions_voucher AS voucher ON wrong.scope = 'voucher' AND voucher.id = wrong.scope_id
LEFT JOIN promotions_promotiontier AS tier ON wrong.scope = 'promotion_tier' AND tier.id = wrong.scope_id
ORDER BY wrong.id
"""
