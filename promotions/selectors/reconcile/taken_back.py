"""Rollbacks and returns: once, and never more than what was taken and paid. Contract: semantics-core 9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions.selectors.reconcile.comparing import Asked

type Statement = tuple[str, Mapping[str, Any]]


def of_rollbacks(asked: Asked) -> Statement:
    """A redemption is ROLLED_BACK exactly when it has a rollback; several together are so together."""
    return _ROLLBACKS, {}


_ROLLBACKS: Final = """
SELECT 'redemption', r.id, r.public_id, 'status', to_json(r.status)::text,
       CASE WHEN rollback.id IS NULL THEN '"SUCCEEDED"' ELSE '"ROLLED_BACK"' END, ARRAY[rollback.public_id]
FROM promotions_redemption AS r
LEFT JOIN promotions_rollback AS rollback ON rollback.redemption_id = r.id
WHERE (r.status = 'ROLLED_BACK') <> (rollback.id IS NOT NULL)
UNION ALL
SELECT 'redemption', child.id, child.public_id, 'status', to_json(child.status)::text,
       to_json(parent.status)::text, ARRAY[parent.public_id]
FROM promotions_redemption AS child JOIN promotions_redemption AS parent ON parent.id = child.parent_id
WHERE child.status <> parent.status
UNION ALL
SELECT 'redemption', parent.id, parent.public_id, 'discount_amount', parent.discount_amount::text,
       SUM(child.discount_amount)::text, array_agg(child.public_id)
FROM promotions_redemption AS child JOIN promotions_redemption AS parent ON parent.id = child.parent_id
GROUP BY parent.id HAVING parent.discount_amount <> SUM(child.discount_amount)
ORDER BY 1, 2, 4
"""


def of_returns(asked: Asked) -> Statement:
    """An order's returns give back what their lines and cards say, never more than was bought and paid."""
    return _RETURNS, {}


_RETURNS: Final = """
WITH returned AS (
    SELECT ret.order_id, COUNT(*) AS times, SUM(ret.refund_amount) AS money,
           SUM(ret.credits_amount) AS credits,
           array_agg(ret.public_id::text ORDER BY ret.id DESC) AS rows
    FROM promotions_orderreturn AS ret GROUP BY 1
), share AS (
    SELECT redemption_id, SUM(discount_amount) AS discount, SUM(order_amount) AS amount,
           SUM(credits) AS credits
    FROM promotions_returnedshare GROUP BY 1
), moved AS (
    SELECT one.id, SUM(one.amount) AS credits FROM (
        SELECT row.order_return_id AS id, row.amount
        FROM promotions_cardtransaction AS row WHERE row.order_return_id IS NOT NULL
        UNION ALL
        SELECT ret.id, row.amount
        FROM promotions_orderreturn AS ret
        JOIN promotions_redemption AS r ON r.order_id = ret.order_id
        JOIN promotions_rollback AS rollback
            ON rollback.redemption_id = r.id AND rollback.rolled_back_at = ret.returned_at
        JOIN promotions_cardtransaction AS row ON row.rollback_id = rollback.id
        WHERE ret.is_complete
    ) AS one GROUP BY 1
), line AS (
    SELECT order_return_id AS id, SUM(refund_amount) AS refund FROM promotions_returnedline GROUP BY 1
)
SELECT 'order', o.id, o.public_id, 'money paid back', returned.money::text,
       concat('"at most ', o.total_amount, '"'), returned.rows
FROM returned JOIN commerce_order AS o ON o.id = returned.order_id WHERE returned.money > o.total_amount
UNION ALL
SELECT 'order', o.id, o.public_id, 'returned', noted.told::text, made.told::text, returned.rows
FROM commerce_order AS o
LEFT JOIN returned ON o.id = returned.order_id
CROSS JOIN LATERAL (
    SELECT jsonb_build_object(
        'returns', COUNT(*), 'refund_amount', COALESCE(SUM((entry.value->>'refund_amount')::bigint), 0),
        'credits_amount', COALESCE(SUM((entry.value->>'credits_amount')::bigint), 0)) AS told
    FROM jsonb_each(o.returned) AS entry
) AS noted
CROSS JOIN LATERAL (
    SELECT jsonb_build_object(
        'returns', COALESCE(returned.times, 0), 'refund_amount', COALESCE(returned.money, 0),
        'credits_amount', COALESCE(returned.credits, 0)) AS told
) AS made
WHERE (o.returned <> '{}' OR returned.order_id IS NOT NULL) AND noted.told <> made.told
UNION ALL
SELECT 'order line', item.id, item.public_id, 'units that came back', SUM(back.quantity)::text,
       concat('"at most ', item.quantity, '"'), array_agg(ret.public_id::text)
FROM promotions_returnedline AS back
JOIN promotions_orderreturn AS ret ON ret.id = back.order_return_id
JOIN commerce_orderitem AS item ON item.order_id = ret.order_id AND item.position = back.position
GROUP BY item.id HAVING SUM(back.quantity) > COALESCE(item.quantity, 0)
UNION ALL
SELECT 'return', ret.id, ret.public_id, 'refund', (ret.refund_amount + ret.credits_amount)::text,
       line.refund::text, ARRAY[o.public_id]
FROM promotions_orderreturn AS ret JOIN line USING (id) JOIN commerce_order AS o ON o.id = ret.order_id
WHERE line.refund <> ret.refund_amount + ret.credits_amount
UNION ALL
SELECT 'return', ret.id, ret.public_id, 'credits_amount', ret.credits_amount::text,
       COALESCE(moved.credits, 0)::text, ARRAY[o.public_id]
FROM promotions_orderreturn AS ret LEFT JOIN moved USING (id) JOIN commerce_order AS o ON o.id = ret.order_id
WHERE COALESCE(moved.credits, 0) <> ret.credits_amount
UNION ALL
SELECT 'redemption', r.id, r.public_id, taken.name, taken.back::text, concat('"at most ', taken.whole, '"'),
       ARRAY[o.public_id]
FROM share JOIN promotions_redemption AS r ON r.id = share.redemption_id
LEFT JOIN commerce_order AS o ON o.id = r.order_id
CROSS JOIN LATERAL (VALUES
    ('discount_amount taken back', share.discount, r.discount_amount),
    ('order_amount taken back', share.amount, COALESCE(r.order_amount, 0)),
    ('credits taken back', share.credits, COALESCE(r.credits, 0))
) AS taken(name, back, whole)
WHERE taken.back > taken.whole
ORDER BY 1, 2, 4
"""
