"""Counters of budgets against what was drawn, and draws that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions.selectors.reconcile.comparing import WHOSE, Asked, columns_of

_NAMED: Final = (
    "concat_ws(' ', COALESCE((SELECT budget.public_id FROM promotions_budget AS budget "
    "WHERE t.scope = 'budget' AND budget.id = t.scope_id), t.scope || ' ' || t.scope_id), "
    "t.name, {whose}, NULLIF(t.period, ''))"
)
COUNTER_ID: Final = _NAMED.format(whose=WHOSE.format(t="t"))
"""What people call a counter `t`: the budget (else the scope), its name, whose use, since when."""


def of_budgets(asked: Asked) -> tuple[str, Mapping[str, Any]]:
    """A counter of a budget is the sum of its draws."""
    return columns_of(
        noun="budget counter",
        id=COUNTER_ID,
        table="promotions_counter",
        columns={"value": "COALESCE(drawn.amount, 0)"},
        joins=_DRAWN.format(among=asked.among("draw.counter_id")),
        where=f"t.scope = 'budget' AND {asked.among('t.id')}",
        rows=_NEWEST,
    ), {}


_DRAWN: Final = """
LEFT JOIN (
    SELECT draw.counter_id AS id, SUM(draw.amount)::bigint AS amount
    FROM promotions_budgetdraw AS draw WHERE {among} GROUP BY 1
) AS drawn ON drawn.id = t.id
"""
_NEWEST: Final = """
SELECT mine.public_id FROM (
    SELECT r.public_id, MAX(draw.id) AS newest
    FROM promotions_budgetdraw AS draw JOIN promotions_redemption AS r ON r.id = draw.redemption_id
    WHERE draw.counter_id = t.id GROUP BY r.public_id
) AS mine ORDER BY mine.newest DESC LIMIT %(named)s
"""


def of_draws(asked: Asked) -> tuple[str, Mapping[str, Any]]:
    """Of one redemption a budget never gets back more than it gave, and all of it with a rollback."""
    return _DRAWS, {}


_DRAWS: Final = """
SELECT 'budget draw', of_one.redemption_id, r.public_id, concat('draws from counter ', of_one.counter_id),
       of_one.left::text, CASE WHEN r.status = 'ROLLED_BACK' THEN '0' ELSE '"at least 0"' END,
       ARRAY[rollback.public_id]
FROM (
    SELECT draw.counter_id, draw.redemption_id, SUM(draw.amount)::bigint AS left
    FROM promotions_budgetdraw AS draw GROUP BY 1, 2
) AS of_one
JOIN promotions_redemption AS r ON r.id = of_one.redemption_id
LEFT JOIN promotions_rollback AS rollback ON rollback.redemption_id = r.id
WHERE of_one.left < 0 OR (r.status = 'ROLLED_BACK' AND of_one.left <> 0)
ORDER BY of_one.redemption_id, of_one.counter_id
"""
