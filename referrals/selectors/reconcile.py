"""Referrals against what was counted and given because of them. For `manage.py reconcile`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promotions.selectors import reconcile
from promotions.selectors.reconcile import Check
from promotions.selectors.reconcile.comparing import Asked, columns_of

type Statement = tuple[str, Mapping[str, Any]]


def register() -> None:
    reconcile.register(Check(name="referrals", find=of_customers))


def of_customers(asked: Asked) -> Statement:
    """Who was recommended, and how many a customer brought, are the referrals that count."""
    return columns_of(
        noun="customer",
        table="commerce_customer",
        columns={
            "referrals_count": "COALESCE(received.count, 0)",
            "referred_customers": "COALESCE(made.count, 0)",
        },
        joins=_COUNTED,
        where=asked.among("t.id"),
        rows=_NEWEST,
    ), {}


_COUNTED: Final = """
LEFT JOIN (
    SELECT referee_id AS id, COUNT(*) AS count FROM referrals_referral WHERE state = 'ACCEPTED' GROUP BY 1
) AS received ON received.id = t.id
LEFT JOIN (
    SELECT referrer_id AS id, COUNT(*) AS count FROM referrals_referral WHERE state = 'ACCEPTED' GROUP BY 1
) AS made ON made.id = t.id
"""
_NEWEST: Final = """
SELECT r.public_id FROM referrals_referral AS r WHERE r.referee_id = t.id OR r.referrer_id = t.id
ORDER BY r.id DESC LIMIT %(named)s
"""
