"""What sessions keep, given back: when they are redeemed, released, or over. Contract: semantics-core 10.

`Voucher.held_quantity`, `Voucher.gift_held` and `Counter.held` are the sums of the holds' rows; whoever
deletes a row takes it off them in the same transaction. Order of locks: vouchers, holds, counters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core.locking import lock
from promotions.models import ValidationSession, Voucher
from promotions.redeemables import NOTHING_HELD, Held
from promotions.selectors.tallies import Tally
from promotions.services import counter_moves
from promotions.services.counter_moves import Move

_HELD: Final = """
SELECT hold.id, hold.voucher_id, hold.credits
FROM promotions_hold AS hold JOIN promotions_validationsession AS session ON session.id = hold.session_id
WHERE {which} ORDER BY hold.id FOR UPDATE OF hold
"""
_DELETE_COUNTS: Final = """
DELETE FROM promotions_heldcount AS part USING promotions_counter AS counter
WHERE counter.id = part.counter_id AND part.hold_id = ANY(%s)
RETURNING counter.scope, counter.scope_id, counter.subject, counter.name, counter.period, part.amount
"""
_DELETE: Final = "DELETE FROM promotions_hold WHERE id = ANY(%s)"
_OWN: Final = (
    "session.key = %(session)s AND (hold.voucher_id = ANY(%(vouchers)s) "
    "OR hold.promotion_tier_id = ANY(%(tiers)s))"
)
_OF_SESSION: Final = "session.key = %(session)s"
_OF_SESSIONS: Final = "session.id = ANY(%(sessions)s)"
_OVER: Final = (
    "session.expires_at <= %(now)s AND (hold.voucher_id = ANY(%(vouchers)s) OR EXISTS ("
    "SELECT 1 FROM promotions_heldcount AS mine WHERE mine.hold_id = hold.id "
    "AND mine.counter_id = ANY(%(counters)s)))"
)


@dataclass(frozen=True, kw_only=True)
class Released:
    """What was let go: of vouchers by primary key (as `own_*`), and of counters."""

    vouchers: Mapping[int, Held] = field(default_factory=dict)
    counters: Mapping[Tally, int] = field(default_factory=dict)


def release_own(*, session_key: str, vouchers: Collection[int], tiers: Collection[int]) -> Released:
    """Delete what this session holds of these; the caller takes it off vouchers, cards and counters.

    Whether the session is over does not matter: what it had is given back once.
    """
    return _delete(_OWN, {"session": session_key, "vouchers": sorted(vouchers), "tiers": sorted(tiers)})


def release_all(*, session_key: str) -> Released:
    """Delete all that this session holds; the caller takes it off vouchers, cards and counters."""
    return _delete(_OF_SESSION, {"session": session_key})


def release_sessions(*, sessions: Collection[int]) -> Released:
    """Delete all that these sessions (primary keys) hold; the caller takes it off."""
    return _delete(_OF_SESSIONS, {"sessions": sorted(sessions)})


def forget_empty(*, session_key: str) -> None:
    """Delete a session that holds nothing any more."""
    ValidationSession.objects.filter(key=session_key, holds=None).delete()


def tidy(*, vouchers: Collection[int], counters: Collection[int], now: datetime) -> None:
    """Give back what sessions that are over still keep of these vouchers and counters (primary keys)."""
    gone = _delete(_OVER, {"vouchers": sorted(vouchers), "counters": sorted(counters), "now": now})
    give_back(gone)


def give_back(released: Released) -> None:
    """Take what was deleted off the sums."""
    if released.vouchers:
        lock(Voucher.objects.filter(pk__in=released.vouchers.keys()).only("pk"))
        with connection.cursor() as cursor:
            cursor.execute(
                _OFF_VOUCHERS,
                {
                    "ids": list(released.vouchers),
                    "uses": [held.own_uses for held in released.vouchers.values()],
                    "credits": [held.own_credits for held in released.vouchers.values()],
                },
            )
    counter_moves.move({tally: Move(back=amount) for tally, amount in released.counters.items()})


_OFF_VOUCHERS: Final = """
UPDATE promotions_voucher AS voucher
SET held_quantity = voucher.held_quantity - off.uses, gift_held = voucher.gift_held - off.credits
FROM unnest(%(ids)s::bigint[], %(uses)s::bigint[], %(credits)s::bigint[]) AS off(id, uses, credits)
WHERE voucher.id = off.id
"""


def _delete(which: str, values: Mapping[str, Any]) -> Released:
    counters: dict[Tally, int] = {}
    vouchers: dict[int, Held] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(which=which), values)
        rows = cursor.fetchall()
        if not rows:
            return Released()
        for _, voucher_id, credits in rows:
            if voucher_id is not None:
                held = vouchers.get(voucher_id, NOTHING_HELD)
                vouchers[voucher_id] = Held(
                    own_uses=held.own_uses + 1, own_credits=held.own_credits + credits
                )
        ids = [pk for pk, *_ in rows]
        cursor.execute(_DELETE_COUNTS, [ids])
        for *tally, amount in cursor.fetchall():
            name = Tally(*tally)
            counters[name] = counters.get(name, 0) + amount
        cursor.execute(_DELETE, [ids])
    return Released(vouchers=vouchers, counters=counters)
