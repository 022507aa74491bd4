"""What sessions hold, and that used and held never pass what there is. Contract: semantics-core 10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions.models import Budget
from promotions.selectors import tallies
from promotions.selectors.reconcile.budget_counters import COUNTER_ID
from promotions.selectors.reconcile.comparing import Asked, columns_of

type Statement = tuple[str, Mapping[str, Any]]

_SESSIONS: Final = (
    "SELECT session.key FROM promotions_hold AS hold JOIN promotions_validationsession AS session "
    "ON session.id = hold.session_id WHERE {which} ORDER BY hold.id DESC LIMIT %(named)s"
)


def of_vouchers(asked: Asked) -> Statement:
    """What is held of a code or card is the sum of its holds, those of ended sessions too."""
    return columns_of(
        noun="voucher",
        table="promotions_voucher",
        columns={
            "held_quantity": "COALESCE(holds.uses, 0)",
            # Points are held by the card itself.
            "gift_held": "CASE WHEN t.type = 'LOYALTY_CARD' THEN 0 ELSE COALESCE(holds.credits, 0) END",
        },
        joins=_HOLDS.format(among=asked.among("hold.voucher_id")),
        where=asked.among("t.id"),
        rows=_SESSIONS.format(which="hold.voucher_id = t.id"),
    ), {}


_HOLDS: Final = """
LEFT JOIN (
    SELECT hold.voucher_id AS id, COUNT(*) AS uses, SUM(hold.credits)::bigint AS credits
    FROM promotions_hold AS hold WHERE hold.voucher_id IS NOT NULL AND {among} GROUP BY 1
) AS holds ON holds.id = t.id
"""


def of_counters(asked: Asked) -> Statement:
    """What is held of a counter is the sum of what holds keep of it."""
    return columns_of(
        noun="counter",
        id=COUNTER_ID,
        table="promotions_counter",
        columns={"held": "COALESCE(parts.amount, 0)"},
        joins=_PARTS.format(among=asked.among("part.counter_id")),
        where=asked.among("t.id"),
        rows=_SESSIONS.format(
            which="hold.id IN (SELECT part.hold_id FROM promotions_heldcount AS part "
            "WHERE part.counter_id = t.id)"
        ),
    ), {}


_PARTS: Final = """
LEFT JOIN (
    SELECT part.counter_id AS id, SUM(part.amount)::bigint AS amount
    FROM promotions_heldcount AS part WHERE {among} GROUP BY 1
) AS parts ON parts.id = t.id
"""


def of_capacity(asked: Asked) -> Statement:
    """Used and held stay within the uses of a code, the credits of a card, the limit of a budget now."""
    running = tallies.periods(asked.settings, asked.now)
    values = {
        "periods": list(_PERIODS),
        "running": [running[name] for name in _PERIODS.values()],
    }
    return _CAPACITY.format(counter=COUNTER_ID), values


_PERIODS: Final = {
    Budget.Period.EVER.value: "",
    Budget.Period.DAY.value: "daily",
    Budget.Period.WEEK.value: "weekly",
    Budget.Period.MONTH.value: "monthly",
}
_CAPACITY: Final = """
SELECT 'voucher', t.id, t.public_id, 'redeemed_quantity + held_quantity',
       (t.redeemed_quantity + t.held_quantity)::text,
       concat('"at most ', t.redemption_quantity, '"'), ARRAY[t.code]
FROM promotions_voucher AS t WHERE t.redeemed_quantity + t.held_quantity > t.redemption_quantity
UNION ALL
SELECT 'gift card', t.id, t.public_id, 'gift_held', t.gift_held::text,
       concat('"at most ', t.gift_balance, '"'), ARRAY[t.code]
FROM promotions_voucher AS t WHERE t.gift_held > t.gift_balance
UNION ALL
SELECT 'budget counter', t.id, {counter}, 'value + held', (t.value + t.held)::text,
       concat('"at most ', budget.limit, '"'), ARRAY[budget.name]
FROM promotions_counter AS t
JOIN promotions_budget AS budget ON t.scope = 'budget' AND budget.id = t.scope_id
JOIN unnest(%(periods)s::text[], %(running)s::text[]) AS running(period, starts_on)
    ON running.period = budget.period AND running.starts_on = t.period
WHERE t.value + t.held > budget.limit AND budget.is_active AND budget.deleted_at IS NULL
ORDER BY 1, 2
"""
