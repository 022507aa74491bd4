"""What validation sessions keep of vouchers and cards. Contract: semantics-core 10."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from core import prepared
from engine import Uses
from promotions.models import Voucher
from promotions.redeemables import NOTHING_HELD, Found, Held

_LIVING: Final = """
SELECT hold.voucher_id,
       COUNT(*) FILTER (WHERE session.key <> %(session)s),
       COUNT(*) FILTER (WHERE session.key = %(session)s),
       COALESCE(SUM(hold.credits) FILTER (WHERE session.key <> %(session)s), 0)::bigint,
       COALESCE(SUM(hold.credits) FILTER (WHERE session.key = %(session)s), 0)::bigint
FROM promotions_hold AS hold
JOIN promotions_validationsession AS session ON session.id = hold.session_id
WHERE hold.voucher_id = ANY(%(vouchers)s) AND session.expires_at > %(now)s
GROUP BY hold.voucher_id
"""


def living(vouchers: Collection[int], *, session_key: str, now: datetime) -> dict[int, Held]:
    """What is held of these vouchers at `now`; those of which nothing is are left out. One query."""
    if not vouchers:
        return {}
    with prepared.cursor() as cursor:
        cursor.execute(_LIVING, {"vouchers": list(vouchers), "session": session_key, "now": now})
        rows = cursor.fetchall()
    return {
        pk: Held(uses=uses, own_uses=own, credits=credits, own_credits=own_credits)
        for pk, uses, own, credits, own_credits in rows
    }


def with_holds(found: Sequence[Found], *, session_key: str, now: datetime) -> list[Found]:
    """Candidates that know what others hold of them; no query where nobody holds anything."""
    touched = [
        entry.row.pk
        for entry in found
        if isinstance(entry.row, Voucher) and (entry.row.held_quantity or entry.row.gift_held)
    ]
    held = living(touched, session_key=session_key, now=now)
    return [_with_hold(entry, held) for entry in found]


def _with_hold(entry: Found, held: dict[int, Held]) -> Found:
    if not isinstance(entry.row, Voucher) or not (entry.row.held_quantity or entry.row.gift_held):
        return entry
    one, candidate = held.get(entry.row.pk, NOTHING_HELD), entry.candidate
    uses = Uses(
        quantity=candidate.uses.quantity,
        used=candidate.uses.used,
        held=one.uses,
        granted=one.own_uses > 0,
    )
    credits = candidate.credits
    if credits is not None:
        credits = replace(credits, held=one.credits)
    return replace(entry, held=one, candidate=replace(candidate, uses=uses, credits=credits))
