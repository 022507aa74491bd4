"""Points that end together, put in and taken out under the lock of their card. Contract: loyalty 6."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import F, Sum

from core.ids import new_ids
from loyalty.models import LotMovement, LoyaltyCard, PointsLot, PointsTransaction
from promotions.models import Redemption

type Lot = tuple[int, date | None]
"""A card and the last day of its points; each lot has both of its own."""

_PUT: Final = """
INSERT INTO loyalty_pointslot
    (public_id, card_id, campaign_id, expires_on, earned, remaining, expired, created_at)
SELECT lot.public_id, lot.card_id, lot.campaign_id, lot.expires_on, lot.points, lot.points, 0, %s
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::date[], %s::bigint[])
    AS lot (public_id, card_id, campaign_id, expires_on, points)
ON CONFLICT (card_id, expires_on) DO UPDATE
SET earned = loyalty_pointslot.earned + excluded.earned,
    remaining = loyalty_pointslot.remaining + excluded.remaining,
    updated_at = excluded.created_at
RETURNING id, card_id, expires_on
"""


def put(card: LoyaltyCard, points: int, *, expires_on: date | None, now: datetime) -> dict[int, int]:
    """New points into the lot of their last day, which is made if it is not there: `{lot: points}`."""
    made = put_all({(card.pk, expires_on): points}, cards={card.pk: card}, now=now)
    return dict.fromkeys(made.values(), points)


def put_all(points: Mapping[Lot, int], *, cards: Mapping[int, LoyaltyCard], now: datetime) -> dict[Lot, int]:
    """The same for many lots, in one statement; primary keys of those that got any."""
    given = {lot: number for lot, number in points.items() if number}
    if not given:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _PUT,
            [
                now,
                new_ids("lopb", len(given)),
                [card_id for card_id, _ in given],
                [cards[card_id].campaign_id for card_id, _ in given],
                [expires_on for _, expires_on in given],
                list(given.values()),
            ],
        )
        return {(card_id, expires_on): pk for pk, card_id, expires_on in cursor.fetchall()}


def take(card: LoyaltyCard, points: int, *, now: datetime) -> dict[int, int]:
    """Points out of the lots, those that end soonest first, at most what is there: `{lot: -points}`."""
    taken: dict[int, int] = {}
    there = PointsLot._base_manager.filter(card=card, remaining__gt=0)
    for lot in there.order_by(F("expires_on").asc(nulls_last=True), "pk"):
        if points == 0:
            break
        part = min(points, lot.remaining)
        points -= part
        taken[lot.pk] = -part
        PointsLot._base_manager.filter(pk=lot.pk).update(remaining=F("remaining") - part, updated_at=now)
    return taken


def give_back(
    card: LoyaltyCard, points: int, *, redemption: Redemption, today: date, now: datetime
) -> dict[int, int]:
    """Points that a redemption took go back to where they came from, the longest living first.

    Where that day is past they come back for today, so that the next night takes them again.
    """
    moved: defaultdict[int, int] = defaultdict(int)
    for lot, taken in _taken_by(card, redemption):
        if points == 0:
            break
        part = min(points, taken)
        points -= part
        if lot.expires_on is not None and lot.expires_on < today:
            for pk, back in put(card, part, expires_on=today, now=now).items():
                moved[pk] += back
        else:
            PointsLot._base_manager.filter(pk=lot.pk).update(remaining=F("remaining") + part, updated_at=now)
            moved[lot.pk] += part
    if points:
        # They were owed when they were spent, so no lot misses them.
        for pk, back in put(card, points, expires_on=None, now=now).items():
            moved[pk] += back
    return dict(moved)


def _taken_by(card: LoyaltyCard, redemption: Redemption) -> list[tuple[PointsLot, int]]:
    """Lots with what a redemption took from each and did not give back yet, the longest living first."""
    moves = LotMovement.objects.filter(transaction__redemption=redemption, lot__card=card)
    sums = dict(moves.values_list("lot").annotate(net=Sum("amount")))
    lots = PointsLot._base_manager.filter(pk__in=[pk for pk, net in sums.items() if net < 0])
    return [(lot, -sums[lot.pk]) for lot in lots.order_by(F("expires_on").desc(nulls_first=True), "-pk")]


def note(transaction: PointsTransaction, moved: Mapping[int, int]) -> None:
    """Write down what a line put into lots and took out of them."""
    LotMovement.objects.bulk_create(
        [
            LotMovement(lot_id=pk, transaction=transaction, amount=amount)
            for pk, amount in moved.items()
            if amount
        ]
    )
