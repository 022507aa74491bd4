"""Points: cards against their ledger, lots and what waits; the ledger against itself and its causes.

For `manage.py reconcile` (`promotions.selectors.reconcile`). INVARIANTS M2, M4, M5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions.selectors import reconcile
from promotions.selectors.reconcile import Check
from promotions.selectors.reconcile.comparing import Asked

type Statement = tuple[str, Mapping[str, Any]]


def register() -> None:
    reconcile.register(
        Check(name="points", find=of_cards),
        Check(name="points-ledger", find=of_ledger),
        Check(name="points-lots", find=of_lots),
        Check(name="points-accounts", find=of_accounts),
        Check(name="points-payments", find=of_payments),
    )


def of_cards(asked: Asked) -> Statement:
    """A card's numbers are the sums of its ledger, of what waits and of what sessions keep."""
    return _CARDS.format(among=asked.among("card.voucher_id")), {}


_CARDS: Final = """
SELECT 'loyalty card', card.voucher_id, voucher.public_id, said.name, said.stored::text, said.counted::text,
       ARRAY(SELECT row.public_id FROM loyalty_pointstransaction AS row WHERE row.card_id = card.voucher_id
             ORDER BY row.id DESC LIMIT %(named)s)
FROM loyalty_loyaltycard AS card
JOIN promotions_voucher AS voucher ON voucher.id = card.voucher_id
LEFT JOIN (
    SELECT card_id, SUM(amount)::bigint AS balance,
           SUM(amount) FILTER (WHERE type IN ('POINTS_ISSUED', 'POINTS_ACCRUAL', 'PENDING_POINTS_ACTIVATION',
               'POINTS_ADDITION', 'POINTS_TRANSFER_IN'))::bigint AS points,
           -SUM(amount) FILTER (WHERE type IN ('POINTS_REDEMPTION', 'POINTS_REFUND'))::bigint AS redeemed,
           -SUM(amount) FILTER (WHERE type IN ('POINTS_REMOVAL', 'POINTS_TRANSFER_OUT'))::bigint
               AS subtracted,
           -SUM(amount) FILTER (WHERE type = 'POINTS_EXPIRATION')::bigint AS expired
    FROM loyalty_pointstransaction GROUP BY 1
) AS ledger ON ledger.card_id = card.voucher_id
LEFT JOIN (
    SELECT card_id, SUM(points)::bigint AS points FROM loyalty_pendingpoints
    WHERE state = 'PENDING' GROUP BY 1
) AS pending ON pending.card_id = card.voucher_id
LEFT JOIN (
    SELECT voucher_id, SUM(credits)::bigint AS points FROM promotions_hold
    WHERE voucher_id IS NOT NULL GROUP BY 1
) AS held ON held.voucher_id = card.voucher_id
CROSS JOIN LATERAL (VALUES
    ('balance', card.balance, COALESCE(ledger.balance, 0)),
    ('points', card.points, COALESCE(ledger.points, 0)),
    ('redeemed_points', card.redeemed_points, COALESCE(ledger.redeemed, 0)),
    ('subtracted_points', card.subtracted_points, COALESCE(ledger.subtracted, 0)),
    ('expired_points', card.expired_points, COALESCE(ledger.expired, 0)),
    ('pending_points', card.pending_points, COALESCE(pending.points, 0)),
    ('held', card.held, COALESCE(held.points, 0))
) AS said(name, stored, counted)
WHERE {among} AND said.stored <> said.counted
ORDER BY 2, 4
"""


def of_ledger(asked: Asked) -> Statement:
    """Each row of a ledger leaves the balance before it plus its amount."""
    return _LEDGER.format(among=asked.among("row.card_id")), {}


_LEDGER: Final = """
SELECT 'points transaction', step.id, step.public_id, 'balance', step.balance::text, step.expected::text,
       ARRAY[voucher.public_id]
FROM (
    SELECT row.id, row.card_id, row.public_id, row.balance,
           SUM(row.amount) OVER (PARTITION BY row.card_id ORDER BY row.id)::bigint AS expected
    FROM loyalty_pointstransaction AS row WHERE {among}
) AS step
JOIN promotions_voucher AS voucher ON voucher.id = step.card_id
WHERE step.balance <> step.expected
ORDER BY 2
"""


def of_lots(asked: Asked) -> Statement:
    """A lot has what moved into it and out of it; the lots of a card are its balance, unless it owes."""
    among = {"lot": asked.among("lot.card_id"), "card": asked.among("card.voucher_id")}
    return _LOTS.format(**among), {}


_LOTS: Final = """
SELECT 'points lot', lot.id, lot.public_id, 'remaining', lot.remaining::text,
       COALESCE(moved.points, 0)::text, ARRAY[voucher.public_id]
FROM loyalty_pointslot AS lot
JOIN promotions_voucher AS voucher ON voucher.id = lot.card_id
LEFT JOIN (
    SELECT lot_id, SUM(amount)::bigint AS points FROM loyalty_lotmovement GROUP BY 1
) AS moved ON moved.lot_id = lot.id
WHERE {lot} AND lot.remaining <> COALESCE(moved.points, 0)
UNION ALL
SELECT 'loyalty card', card.voucher_id, voucher.public_id, 'lots', COALESCE(lots.points, 0)::text,
       GREATEST(card.balance, 0)::text, ARRAY[voucher.code]
FROM loyalty_loyaltycard AS card
JOIN promotions_voucher AS voucher ON voucher.id = card.voucher_id
LEFT JOIN (
    SELECT card_id, SUM(remaining)::bigint AS points FROM loyalty_pointslot GROUP BY 1
) AS lots ON lots.card_id = card.voucher_id
WHERE {card} AND COALESCE(lots.points, 0) <> GREATEST(card.balance, 0)
ORDER BY 1, 2
"""


def of_accounts(asked: Asked) -> Statement:
    """What goes from one card to another arrives: nothing stays between cards."""
    return _ACCOUNTS, {}


_ACCOUNTS: Final = """
SELECT 'points transaction', sent.id, sent.public_id, 'amount', sent.amount::text,
       (-COALESCE(came.amount, 0))::text, ARRAY[came.public_id]
FROM loyalty_pointstransaction AS sent
LEFT JOIN loyalty_pointstransaction AS came
    ON came.id = sent.related_id OR came.related_id = sent.id AND came.type = 'POINTS_TRANSFER_IN'
WHERE sent.type = 'POINTS_TRANSFER_OUT' AND sent.amount <> -COALESCE(came.amount, 0)
ORDER BY 2
"""


def of_payments(asked: Asked) -> Statement:
    """What redemptions and rollbacks of points say that they moved is what moved."""
    return _PAYMENTS, {}


_PAYMENTS: Final = """
SELECT said.noun, said.pk, said.id, 'credits', said.credits::text, said.moved::text, said.rows FROM (
    SELECT 'redemption' AS noun, r.id AS pk, r.public_id AS id, COALESCE(r.credits, 0) AS credits,
           -COALESCE(SUM(row.amount), 0) AS moved, array_agg(row.public_id) AS rows
    FROM promotions_redemption AS r
    JOIN promotions_voucher AS used ON used.id = r.voucher_id AND used.type = 'LOYALTY_CARD'
    LEFT JOIN loyalty_pointstransaction AS row
        ON row.redemption_id = r.id AND row.type = 'POINTS_REDEMPTION' AND row.card_id = used.id
    WHERE r.result = 'SUCCESS'
    GROUP BY r.id
    UNION ALL
    SELECT 'rollback', rollback.id, rollback.public_id, COALESCE(rollback.credits, 0),
           -COALESCE(SUM(row.amount), 0), array_agg(row.public_id)
    FROM promotions_rollback AS rollback
    JOIN promotions_redemption AS r ON r.id = rollback.redemption_id
    JOIN promotions_voucher AS used ON used.id = r.voucher_id AND used.type = 'LOYALTY_CARD'
    LEFT JOIN loyalty_pointstransaction AS row
        ON row.rollback_id = rollback.id AND row.type = 'POINTS_REFUND' AND row.card_id = used.id
    GROUP BY rollback.id
) AS said
WHERE said.credits <> said.moved
ORDER BY said.noun, said.pk
"""
