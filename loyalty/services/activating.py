"""Pending points become usable: at night for many cards, or one entry by hand. Contract: loyalty 7.

Their life begins with the day on which they become usable, by the rules of the earning rule that gave them,
else by those of the programme.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from core import events
from core.actors import Actor
from loyalty import expiry
from loyalty.models import LotMovement, LoyaltyCard, PendingPoints, PointsTransaction
from loyalty.services import lots, sliding, telling
from loyalty.services.lots import Lot
from promotions.models import Campaign, Voucher

_GIVEN: Final = """
UPDATE loyalty_loyaltycard AS card
SET points = card.points + given.points,
    balance = card.balance + given.points,
    pending_points = card.pending_points - given.points,
    last_activity_on = greatest(card.last_activity_on, %s)
FROM unnest(%s::bigint[], %s::bigint[]) AS given (voucher_id, points)
WHERE card.voucher_id = given.voucher_id
"""


def activate(
    entries: Iterable[PendingPoints],
    *,
    cards: Mapping[int, LoyaltyCard],
    day: date,
    source: str,
    actor: Actor,
    now: datetime,
) -> list[PointsTransaction]:
    """Give these pending points to their cards as of `day`; one line for each entry.

    The cards, by primary key, are locked and brought up to date; the entries were read under that lock and
    are pending. A constant number of statements, except where points live by the last activity.
    """
    waiting = list(entries)
    if not waiting:
        return []
    usual = _usual_rules(waiting)
    rules = _rules(waiting, usual)
    lines: list[PointsTransaction] = []
    into: defaultdict[Lot, int] = defaultdict(int)
    filled: list[tuple[Lot, int]] = []
    given: defaultdict[int, int] = defaultdict(int)
    for entry in waiting:
        card = cards[entry.card_id]
        owed = max(0, -card.balance)
        lot = (card.pk, expiry.expires_on(rules[entry.pk], day))
        filled.append((lot, max(0, entry.points - owed)))
        into[lot] += filled[-1][1]
        given[card.pk] += entry.points
        card.points += entry.points
        card.balance += entry.points
        card.pending_points -= entry.points
        lines.append(_line(entry, card, day, source, now))
    PointsTransaction.objects.bulk_create(lines)
    first = {line.card_id: line for line in reversed(lines)}
    moved: defaultdict[tuple[PointsTransaction, int], int] = defaultdict(int)
    for pk in given:
        slid = sliding.slide(cards[pk], rules=usual[cards[pk].campaign_id], day=day)
        for lot_id, points in slid.items():
            moved[first[pk], lot_id] += points
    made = lots.put_all(into, cards=cards, now=now)
    for line, (lot, points) in zip(lines, filled, strict=True):
        if points:
            moved[line, made[lot]] += points
    LotMovement.objects.bulk_create(
        [
            LotMovement(lot_id=lot_id, transaction=line, amount=points)
            for (line, lot_id), points in moved.items()
            if points
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [day, list(given), list(given.values())])
    for pk in given:
        cards[pk].last_activity_on = max(day, cards[pk].last_activity_on or day)
    PendingPoints._base_manager.filter(pk__in=[entry.pk for entry in waiting]).update(
        state=PendingPoints.State.ACTIVATED, updated_at=now
    )
    for entry in waiting:
        entry.state, entry.updated_at = PendingPoints.State.ACTIVATED, now
    _tell(waiting, lines, actor, now)
    return lines


def _usual_rules(entries: Sequence[PendingPoints]) -> dict[int, Mapping[str, Any] | None]:
    """By programme, how points end there."""
    rows = Campaign._base_manager.filter(pk__in={entry.campaign_id for entry in entries})
    settings = rows.values_list("pk", "loyalty")
    return {pk: (loyalty or {}).get("expiration_rules") for pk, loyalty in settings}


def _rules(
    entries: Sequence[PendingPoints], usual: Mapping[int, Mapping[str, Any] | None]
) -> dict[int, Mapping[str, Any] | None]:
    """By entry, how its points end: as the earning rule says that gave them, else as usual."""
    rows = PendingPoints._base_manager.filter(
        pk__in=[entry.pk for entry in entries], earning__rule__expiration_rules__isnull=False
    )
    own = dict(rows.values_list("pk", "earning__rule__expiration_rules"))
    return {entry.pk: own.get(entry.pk) or usual.get(entry.campaign_id) for entry in entries}


def _line(
    entry: PendingPoints, card: LoyaltyCard, day: date, source: str, now: datetime
) -> PointsTransaction:
    return PointsTransaction(
        card=card,
        voucher_id=card.pk,
        campaign_id=card.campaign_id,
        type=PointsTransaction.Type.ACTIVATION,
        account=PointsTransaction.Account.PROGRAMME,
        amount=entry.points,
        balance=card.balance,
        created_at=now,
        day=day,
        cause=f"pending:{entry.public_id}",
        source=source,
        earning_id=entry.earning_id,
        details={**entry.details, "pending_points": {"id": entry.public_id}},
    )


def _tell(
    entries: Sequence[PendingPoints], lines: Sequence[PointsTransaction], actor: Actor, now: datetime
) -> None:
    rows = Voucher._base_manager.filter(pk__in={line.card_id for line in lines})
    vouchers = {row.pk: row for row in rows.select_related("holder", "campaign")}
    told: defaultdict[str, list[tuple[Any, dict[str, Any]]]] = defaultdict(list)
    for entry, line in zip(entries, lines, strict=True):
        voucher = vouchers[line.card_id]
        ids = telling.ids(voucher)
        of_line, of_entry = {"transaction_id": line.public_id}, {"pending_points_id": entry.public_id}
        created = {**ids, **of_line, "amount": line.amount, "type": line.type}
        told["voucher.loyalty_card.pending_points.activated"].append((voucher, of_entry))
        told["voucher.loyalty_card.transaction.created"].append((voucher, created))
        told["voucher.loyalty_card.points_added"].append((voucher, of_line))
        if voucher.holder is not None:
            holder = voucher.holder
            told["customer.voucher.loyalty_card.pending_points.activated"].append(
                (holder, {**ids, **of_entry})
            )
            told["customer.voucher.loyalty_card.points_added"].append((holder, {**ids, **of_line}))
    for name, entities in told.items():
        for part in telling.apart(entities):
            events.emit_all(name, entities=part, actor=actor, now=now)
