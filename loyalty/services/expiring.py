"""Lots whose last day is over: their points leave the cards, many cards at a time. Contract: loyalty 6, 11.

A million cards may end on 31 December together, so everything here is set-based.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from core import events
from core.actors import Actor
from loyalty.models import LotMovement, LoyaltyCard, PointsLot, PointsTransaction
from loyalty.services import telling
from promotions.models import Voucher

_SYSTEM: Final = Actor.system("loyalty", channel="TASK")
_EMPTIED: Final = """
UPDATE loyalty_pointslot AS lot
SET expired = lot.expired + lot.remaining, remaining = 0, updated_at = %s
FROM (
    SELECT id, remaining FROM loyalty_pointslot
    WHERE card_id = ANY(%s::bigint[]) AND expires_on <= %s AND remaining > 0
) AS due
WHERE lot.id = due.id
RETURNING lot.id, lot.public_id, lot.card_id, due.remaining, lot.expires_on
"""
_TAKEN: Final = """
UPDATE loyalty_loyaltycard AS card
SET expired_points = card.expired_points + gone.points, balance = card.balance - gone.points
FROM unnest(%s::bigint[], %s::bigint[]) AS gone (voucher_id, points)
WHERE card.voucher_id = gone.voucher_id
"""


def expire(cards: Sequence[LoyaltyCard], *, up_to: date, day: date, now: datetime) -> list[PointsTransaction]:
    """Take what could be used until `up_to` at the latest off these locked cards; `day` is the night's.

    One line for a card and a night, in a constant number of statements; the cards given are brought up to
    date. A card that owes points loses only what it still has.
    """
    by_pk = {card.pk: card for card in cards}
    with connection.cursor() as cursor:
        cursor.execute(_EMPTIED, [now, list(by_pk), up_to])
        due: defaultdict[int, list[tuple[int, str, int]]] = defaultdict(list)
        for lot_id, public_id, card_id, points, _ in sorted(
            cursor.fetchall(), key=lambda row: (row[4], row[0])
        ):
            due[card_id].append((lot_id, public_id, points))
    if not due:
        return []
    made: list[PointsTransaction] = []
    movements: list[tuple[int, int, int]] = []
    for card_id in sorted(due):
        card, total = by_pk[card_id], sum(points for *_, points in due[card_id])
        card.expired_points += total
        card.balance -= total
        movements += [(len(made), lot_id, points) for lot_id, _, points in due[card_id]]
        made.append(_line(card, total, due[card_id], day, now))
    PointsTransaction.objects.bulk_create(made)
    LotMovement.objects.bulk_create(
        [LotMovement(transaction=made[at], lot_id=lot_id, amount=-points) for at, lot_id, points in movements]
    )
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [[line.card_id for line in made], [-line.amount for line in made]])
    _tell(made, now)
    return made


def _line(
    card: LoyaltyCard, points: int, lots: Sequence[tuple[int, str, int]], day: date, now: datetime
) -> PointsTransaction:
    return PointsTransaction(
        card=card,
        voucher_id=card.pk,
        campaign_id=card.campaign_id,
        type=PointsTransaction.Type.EXPIRATION,
        account=PointsTransaction.Account.EXPIRED,
        amount=-points,
        balance=card.balance,
        created_at=now,
        day=day,
        cause=f"nightly:{day.isoformat()}:{lots[0][0]}",
        source=PointsTransaction.AUTOMATION,
        details={"buckets": [public_id for _, public_id, _ in lots]},
    )


def _tell(lines: Sequence[PointsTransaction], now: datetime) -> None:
    rows = Voucher._base_manager.filter(pk__in=[line.card_id for line in lines])
    vouchers = {row.pk: row for row in rows.select_related("holder", "campaign")}
    created: list[tuple[Any, dict[str, Any]]] = []
    expired: list[tuple[Any, dict[str, Any]]] = []
    holders: list[tuple[Any, dict[str, Any]]] = []
    for line in lines:
        voucher = vouchers[line.card_id]
        ids = {**telling.ids(voucher), "transaction_id": line.public_id}
        created.append((voucher, {**ids, "amount": line.amount, "type": line.type}))
        expired.append((voucher, {"transaction_id": line.public_id}))
        if voucher.holder is not None:
            holders.append((voucher.holder, ids))
    for name, entities in (
        ("voucher.loyalty_card.transaction.created", created),
        ("voucher.loyalty_card.points_expired", expired),
        ("customer.voucher.loyalty_card.points_expired", holders),
    ):
        for part in telling.apart(entities):
            events.emit_all(name, entities=part, actor=_SYSTEM, now=now)


def lots_due(card_ids: Sequence[int], *, up_to: date) -> dict[int, date]:
    """By card, the first day on which something ended that nobody took off yet."""
    rows = PointsLot._base_manager.filter(card__in=card_ids, expires_on__lte=up_to, remaining__gt=0)
    found: dict[int, date] = {}
    for card_id, expires_on in rows.values_list("card", "expires_on"):
        if expires_on is not None:
            found[card_id] = min(expires_on, found.get(card_id, expires_on))
    return found
