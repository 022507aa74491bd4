"""What sessions keep, given back: when they are redeemed, released, or over. Contract: semantics-core 10.

`Voucher.held_quantity`, `Voucher.gift_held`, what loyalty cards keep, and `Counter.held` are the sums of the
holds' rows; whoever deletes a row takes it off them in the same transaction. Order of locks: vouchers, tiers,
holds, loyalty cards, counters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.locking import lock
from promotions import points
from promotions.models import HeldCount, Hold, PromotionTier, ValidationSession, Voucher
from promotions.redeemables import NOTHING_HELD, Held
from promotions.selectors.tallies import Tally
from promotions.services import counter_moves
from promotions.services.counter_moves import Move

_DELETE_COUNTS: Final = """
DELETE FROM promotions_heldcount AS part USING promotions_counter AS counter
WHERE counter.id = part.counter_id AND part.hold_id = ANY(%s)
RETURNING counter.scope, counter.scope_id, counter.subject, counter.name, counter.period, part.amount
"""
_DELETE: Final = "DELETE FROM promotions_hold WHERE id = ANY(%s)"


@dataclass(frozen=True, kw_only=True)
class Released:
    """What was let go: of vouchers by primary key (as `own_*`), and of counters."""

    vouchers: Mapping[int, Held] = field(default_factory=dict)
    counters: Mapping[Tally, int] = field(default_factory=dict)


def release_own(*, session_key: str, vouchers: Collection[int], tiers: Collection[int]) -> Released:
    """Delete what this session holds of these; the caller takes it off vouchers, cards and counters.

    Whether the session is over does not matter: what it had is given back once. Locks vouchers and tiers.
    """
    if vouchers:
        lock(Voucher.objects.filter(pk__in=vouchers).only("pk"))
    if tiers:
        lock(PromotionTier.objects.filter(pk__in=tiers).only("pk"))
    mine = Q(voucher__in=vouchers) | Q(promotion_tier__in=tiers)
    return _delete(Hold.objects.filter(mine, session__key=session_key))


def release_all(*, session_key: str) -> Released:
    """Delete all that this session holds; the caller takes it off vouchers, cards and counters."""
    return _delete(Hold.objects.filter(session__key=session_key))


def release_sessions(*, sessions: Collection[int]) -> Released:
    """Delete all that these sessions (primary keys) hold; the caller takes it off."""
    return _delete(Hold.objects.filter(session__in=sessions))


def forget_empty(*, session_key: str) -> None:
    """Delete a session that holds nothing any more."""
    ValidationSession.objects.filter(key=session_key, holds=None).delete()


def over(*, vouchers: Collection[int], counters: Collection[int], now: datetime) -> dict[int, int | None]:
    """Holds whose sessions are over, of these vouchers and counters, each with its voucher (primary keys)."""
    counted = HeldCount.objects.filter(hold=OuterRef("pk"), counter__in=counters)
    theirs = Q(voucher__in=vouchers) | Q(Exists(counted))
    return dict(Hold.objects.filter(theirs, session__expires_at__lte=now).values_list("pk", "voucher"))


def release(*, holds: Collection[int]) -> Released:
    """Delete these holds; the caller has locked their vouchers and takes them off."""
    return _delete(Hold.objects.filter(pk__in=holds)) if holds else Released()


def tidy(*, voucher: int, now: datetime) -> None:
    """Give back what sessions that are over still keep of this voucher, which the caller has locked."""
    give_back(_delete(Hold.objects.filter(voucher=voucher, session__expires_at__lte=now)))


def carry_over(new: Collection[Tally]) -> None:
    """Let counters of a day, week or month that begins hold what sessions keep of those before them.

    A hold that lives over midnight finds its place there, too, and nobody else does. Called when the counters
    were made; what others carry at the same moment is carried once.
    """
    placed = [tally for tally in new if tally.period]
    if not placed:
        return
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_BEFORE, [list(column) for column in zip(*placed, strict=True)])
        # The last period of a hold comes last, and stays.
        kept = {(hold, counter): amount for hold, counter, amount in cursor.fetchall()}
        if kept:
            pairs, amounts = zip(*kept, strict=True), list(kept.values())
            cursor.execute(_KEEP, [*(list(column) for column in pairs), amounts])


# What is being deleted meanwhile is waited for, and left out.
_KEPT_BEFORE: Final = """
SELECT hold.id, counter.id, part.amount
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
    AS wanted(scope, scope_id, subject, name, period)
JOIN promotions_counter AS counter USING (scope, scope_id, subject, name, period)
JOIN promotions_counter AS former USING (scope, scope_id, subject, name)
JOIN promotions_heldcount AS part ON part.counter_id = former.id
JOIN promotions_hold AS hold ON hold.id = part.hold_id
WHERE former.period < wanted.period AND former.held > 0
ORDER BY former.period, hold.id
FOR KEY SHARE OF hold
"""
_KEEP: Final = """
WITH new AS (
    INSERT INTO promotions_heldcount (hold_id, counter_id, amount)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
    ON CONFLICT DO NOTHING RETURNING counter_id, amount
), sums AS (
    SELECT counter_id, SUM(amount) AS held FROM new GROUP BY 1
)
UPDATE promotions_counter AS counter SET held = counter.held + sums.held
FROM sums WHERE counter.id = sums.counter_id
"""


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
            kept = sorted((pk, credits) for pk, kind, credits in cursor.fetchall() if kind == _LOYALTY)
        for pk, credits in kept:
            points.keeper().hold(voucher_id=pk, points=-credits)
    counter_moves.move({tally: Move(back=amount) for tally, amount in released.counters.items()})


_OFF_VOUCHERS: Final = """
UPDATE promotions_voucher AS voucher
SET held_quantity = voucher.held_quantity - off.uses,
    gift_held = voucher.gift_held - CASE WHEN voucher.type = 'LOYALTY_CARD' THEN 0 ELSE off.credits END
FROM unnest(%(ids)s::bigint[], %(uses)s::bigint[], %(credits)s::bigint[]) AS off(id, uses, credits)
WHERE voucher.id = off.id
RETURNING voucher.id, voucher.type, off.credits
"""
_LOYALTY: Final = Voucher.Type.LOYALTY_CARD.value


def _delete(holds: QuerySet[Hold]) -> Released:
    counters: dict[Tally, int] = {}
    vouchers: dict[int, Held] = {}
    rows = list(holds.order_by("pk").select_for_update(of=("self",)))
    if not rows:
        return Released()
    for row in rows:
        if row.voucher_id is not None:
            held = vouchers.get(row.voucher_id, NOTHING_HELD)
            vouchers[row.voucher_id] = Held(
                own_uses=held.own_uses + 1, own_credits=held.own_credits + row.credits
            )
    ids = [row.pk for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_DELETE_COUNTS, [ids])
        for *tally, amount in cursor.fetchall():
            name = Tally(*tally)
            counters[name] = counters.get(name, 0) + amount
        cursor.execute(_DELETE, [ids])
    return Released(vouchers=vouchers, counters=counters)
