"""Gift cards: columns against the ledger, the ledger against itself, and against what moved it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions.selectors.reconcile.comparing import Asked, columns_of

type Statement = tuple[str, Mapping[str, Any]]

AMOUNT: Final = "gift_amount - gift_subtracted"
"""What a card got in all: the ledger does not tell one from the other."""


def of_cards(asked: Asked) -> Statement:
    """A card's balance is the sum of its ledger, what it paid that of its payments less what came back."""
    return columns_of(
        noun="gift card",
        table="promotions_voucher",
        columns={
            "gift_balance": "COALESCE(ledger.balance, 0)",
            "gift_redeemed": "COALESCE(ledger.redeemed, 0)",
            AMOUNT: "COALESCE(ledger.issued, 0)",
        },
        joins=_LEDGER.format(among=asked.among("row.voucher_id")),
        where=f"t.type = 'GIFT_VOUCHER' AND {asked.among('t.id')}",
        rows=_NEWEST,
    ), {}


_LEDGER: Final = """
LEFT JOIN (
    SELECT row.voucher_id AS id, SUM(row.amount)::bigint AS balance,
           (-SUM(row.amount) FILTER (WHERE row.type IN ('CREDITS_REDEMPTION', 'CREDITS_REFUND')))::bigint
               AS redeemed,
           (SUM(row.amount) FILTER (WHERE row.type NOT IN ('CREDITS_REDEMPTION', 'CREDITS_REFUND')))::bigint
               AS issued
    FROM promotions_cardtransaction AS row WHERE {among} GROUP BY 1
) AS ledger ON ledger.id = t.id
"""
_NEWEST: Final = (
    "SELECT row.public_id FROM promotions_cardtransaction AS row WHERE row.voucher_id = t.id "
    "ORDER BY row.id DESC LIMIT %(named)s"
)


def of_ledger(asked: Asked) -> Statement:
    """Each row of a ledger leaves the balance before it plus its amount, and says what its cause says."""
    return _LEDGER_ROWS.format(among=asked.among("row.voucher_id")), {}


# Of several causes in one table: what a redemption, a rollback or a return says that it moved.
_LEDGER_ROWS: Final = """
SELECT 'card transaction', step.id, step.public_id, 'balance', step.balance::text, step.expected::text,
       ARRAY[card.public_id]
FROM (
    SELECT row.id, row.voucher_id, row.public_id, row.balance,
           SUM(row.amount) OVER (PARTITION BY row.voucher_id ORDER BY row.id)::bigint AS expected
    FROM promotions_cardtransaction AS row WHERE {among}
) AS step
JOIN promotions_voucher AS card ON card.id = step.voucher_id
WHERE step.balance <> step.expected
ORDER BY 2
"""


def of_payments(asked: Asked) -> Statement:
    """What redemptions, rollbacks and returns say that they moved is what moved. Points have other books."""
    return _CAUSES, {}


_CAUSES: Final = """
SELECT said.noun, said.pk, said.id, 'credits', said.credits::text, said.moved::text, said.rows FROM (
    SELECT 'redemption' AS noun, r.id AS pk, r.public_id AS id, r.credits,
           -COALESCE(SUM(row.amount), 0) AS moved, array_agg(row.public_id) AS rows
    FROM promotions_redemption AS r
    LEFT JOIN promotions_cardtransaction AS row
        ON row.redemption_id = r.id AND row.type = 'CREDITS_REDEMPTION'
    LEFT JOIN promotions_voucher AS used ON used.id = r.voucher_id
    WHERE r.result = 'SUCCESS' AND (r.credits IS NOT NULL OR row.id IS NOT NULL)
      AND used.type IS DISTINCT FROM 'LOYALTY_CARD'
    GROUP BY r.id
    UNION ALL
    SELECT 'rollback', rollback.id, rollback.public_id, rollback.credits, -COALESCE(SUM(row.amount), 0),
           array_agg(row.public_id)
    FROM promotions_rollback AS rollback
    JOIN promotions_redemption AS r ON r.id = rollback.redemption_id
    LEFT JOIN promotions_voucher AS used ON used.id = r.voucher_id
    LEFT JOIN promotions_cardtransaction AS row ON row.rollback_id = rollback.id
    WHERE (rollback.credits IS NOT NULL OR row.id IS NOT NULL)
      AND used.type IS DISTINCT FROM 'LOYALTY_CARD'
    GROUP BY rollback.id
    UNION ALL
    SELECT 'returned share', share.id, returned.public_id, share.credits, COALESCE(SUM(row.amount), 0),
           array_agg(row.public_id)
    FROM promotions_returnedshare AS share
    JOIN promotions_orderreturn AS returned ON returned.id = share.order_return_id
    JOIN promotions_redemption AS r ON r.id = share.redemption_id
    LEFT JOIN promotions_voucher AS used ON used.id = r.voucher_id
    LEFT JOIN promotions_cardtransaction AS row
        ON row.order_return_id = share.order_return_id AND row.redemption_id = share.redemption_id
    WHERE used.type IS DISTINCT FROM 'LOYALTY_CARD'
    GROUP BY share.id, returned.public_id
) AS said
WHERE said.credits IS DISTINCT FROM said.moved
ORDER BY said.noun, said.pk
"""
