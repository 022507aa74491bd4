"""Points: every movement is a row that stays, lots say how long points live, the card keeps the sums.

Contract: loyalty 3, 4, 6. Whoever moves points locks the card first (`locked`, `opened`); everything of a
card is so done one after the other. One cause moves a card once (INVARIANTS M4): a repetition changes
nothing. What follows from points (rewards that redeem themselves, tiers) is `after_points.settle`, once at
the end of the caller's transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from django.db.models import F, Sum

from core import events, project
from core.actors import Actor
from core.locking import lock
from loyalty import expiry
from loyalty.models import Earning, LoyaltyCard, PointsTransaction
from loyalty.programmes import MOST_POINTS, Programme
from loyalty.services import lots, sliding, telling
from promotions.models import Campaign, OrderReturn, Redemption, Rollback, Voucher
from promotions.points import PointsExceeded

Type = PointsTransaction.Type
Account = PointsTransaction.Account

_COUNTED: Final = {
    Type.ISSUED: "points",
    Type.ACCRUAL: "points",
    Type.ACTIVATION: "points",
    Type.ADDITION: "points",
    Type.TRANSFER_IN: "points",
    Type.REDEMPTION: "redeemed_points",
    Type.REFUND: "redeemed_points",
    Type.REMOVAL: "subtracted_points",
    Type.TRANSFER_OUT: "subtracted_points",
    Type.EXPIRATION: "expired_points",
}
"""The card's counter that a line moves: up, or down for what is given back."""
_ACTIVITIES: Final = frozenset({Type.ACCRUAL, Type.ACTIVATION, Type.REDEMPTION})
"""What makes points live longer where they live by the last activity."""


@dataclass(frozen=True, kw_only=True)
class Why:
    """What a line of the ledger says beside its numbers.

    `cause` is unique for the card and the kind of line, "" for what may happen any number of times. `day` is
    the calendar day that it counts for, today if nothing is said.
    """

    actor: Actor
    now: datetime
    cause: str = ""
    day: date | None = None
    source: str = ""
    source_id: str = ""
    reason: str = ""
    related: PointsTransaction | None = None
    redemption: Redemption | None = None
    rollback: Rollback | None = None
    order_return: OrderReturn | None = None
    earning: Earning | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def local_day(self) -> date:
        return self.day or self._today

    @cached_property
    def _today(self) -> date:
        """Asked once, however many parts of a line want to know."""
        return project.day_of(self.now)


def locked(voucher_id: int) -> LoyaltyCard:
    """The card, until the transaction ends.

    :raises LoyaltyCard.DoesNotExist: it was not opened.
    """
    found = lock(LoyaltyCard._base_manager.filter(pk=voucher_id))
    if not found:
        raise LoyaltyCard.DoesNotExist(f"voucher {voucher_id} has no card")
    return found[0]


def opened(voucher: Voucher, *, points: int | None = None, actor: Actor, now: datetime) -> LoyaltyCard:
    """The card of a code, locked; made with the programme's first points (or `points`) if it is new."""
    found = lock(LoyaltyCard._base_manager.filter(pk=voucher.pk))
    if found:
        return found[0]
    assert voucher.campaign_id is not None  # noqa: S101 - the database holds it
    campaign = Campaign._base_manager.get(pk=voucher.campaign_id)
    fresh = LoyaltyCard(voucher=voucher, campaign=campaign, opened_at=now)
    LoyaltyCard._base_manager.bulk_create([fresh], ignore_conflicts=True)
    card = locked(voucher.pk)
    first = Programme.of(campaign).points if points is None else points
    if first:
        why = Why(actor=actor, now=now, cause="issued")
        credit(card, first, type=Type.ISSUED, expires_on=ends_on(card, why.local_day()), why=why)
    return card


def ends_on(card: LoyaltyCard, base: date, *, rules: Mapping[str, Any] | None = None) -> date | None:
    """The last day of points whose life begins on `base`: by `rules`, else as the programme says."""
    return expiry.expires_on(rules or Programme.of(card.campaign).expiration_rules, base)


def credit(
    card: LoyaltyCard,
    points: int,
    *,
    type: Type,
    account: Account = Account.PROGRAMME,
    expires_on: date | None,
    why: Why,
) -> PointsTransaction:
    """Give points to a locked card, which is brought up to date. What it owes is paid first.

    :raises PointsExceeded: more than a card may ever get.
    """
    known = _written(card, type, why.cause)
    if known is not None:
        return known
    if points < 0 or card.points + points > MOST_POINTS:
        raise PointsExceeded(f"A card can get at most {MOST_POINTS - card.points} points more.")
    moved = _slid(card, type, why)
    owed = min(points, max(0, -card.balance))
    line = _write(card, points, type, account, why)
    for pk, put in lots.put(card, points - owed, expires_on=expires_on, now=why.now).items():
        moved[pk] += put
    lots.note(line, moved)
    return line


def debit(
    card: LoyaltyCard,
    points: int,
    *,
    type: Type,
    account: Account,
    held: int = 0,
    owes: bool = False,
    why: Why,
) -> PointsTransaction:
    """Take points off a locked card, those that end soonest first; it is brought up to date.

    `held` of them were kept for the caller's session, which lets them go. `owes`: also what is not there.

    :raises PointsExceeded: there are not so many that nobody holds.
    """
    known = _written(card, type, why.cause)
    if known is not None:
        return known
    free = card.balance - (card.held - held)
    if points > free and not owes:
        kept = f" ({card.held - held} more are held by open baskets)" if card.held > held else ""
        raise PointsExceeded(f"{points} points were asked for, {max(0, free)} are there{kept}.")
    moved = _slid(card, type, why)
    for pk, taken in lots.take(card, points, now=why.now).items():
        moved[pk] += taken
    line = _write(card, -points, type, account, why, held=-held)
    lots.note(line, moved)
    return line


def refund(card: LoyaltyCard, points: int, *, redemption: Redemption, why: Why) -> PointsTransaction:
    """Give back what a redemption took, to the lots that it came from; what the card owes is paid first.

    :raises PointsExceeded: more than it took and still has.
    """
    known = _written(card, Type.REFUND, why.cause)
    if known is not None:
        return known
    spent = spent_with(card.pk, redemption)
    if points > spent:
        raise PointsExceeded(f"{spent} points of this payment are left to give back, {points} were asked.")
    owed = min(points, max(0, -card.balance))
    line = _write(card, points, Type.REFUND, Account.SPENT, why)
    back = lots.give_back(card, points - owed, redemption=redemption, today=why.local_day(), now=why.now)
    lots.note(line, back)
    return line


def spent_with(card_id: int, redemption: Redemption) -> int:
    """What a redemption took from a card and did not give back yet."""
    rows = PointsTransaction._base_manager.filter(
        card=card_id, redemption=redemption, type__in=[Type.REDEMPTION, Type.REFUND]
    )
    return -(rows.aggregate(total=Sum("amount"))["total"] or 0)


def hold(card: LoyaltyCard, points: int) -> bool:
    """Keep points of a locked card for a session, negative: let them go. False: there are not so many."""
    if points > card.balance - card.held or card.held + points < 0:
        return False
    LoyaltyCard._base_manager.filter(pk=card.pk).update(held=F("held") + points)
    card.held += points
    return True


def move_pending(card: LoyaltyCard, points: int) -> None:
    """Count pending points of a locked card up or down; they are in no other number."""
    LoyaltyCard._base_manager.filter(pk=card.pk).update(pending_points=F("pending_points") + points)
    card.pending_points += points


def _written(card: LoyaltyCard, type: Type, cause: str) -> PointsTransaction | None:
    if not cause:
        return None
    return PointsTransaction._base_manager.filter(card=card, type=type, cause=cause).first()


def _slid(card: LoyaltyCard, type: Type, why: Why) -> defaultdict[int, int]:
    """Points that live by the last activity live on; what of them went from lot to lot."""
    moved: defaultdict[int, int] = defaultdict(int)
    if type in _ACTIVITIES:
        day = why.local_day()
        rules = Programme.of(card.campaign).expiration_rules
        moved.update(sliding.slide(card, rules=rules, day=day))
        card.last_activity_on = max(day, card.last_activity_on or day)
    return moved


def _write(
    card: LoyaltyCard, amount: int, type: Type, account: Account, why: Why, *, held: int = 0
) -> PointsTransaction:
    counter = _COUNTED[type]
    moved = amount if counter == "points" else -amount
    card.balance += amount
    card.held += held
    card.may_owe = card.may_owe or card.balance < 0
    setattr(card, counter, getattr(card, counter) + moved)
    LoyaltyCard._base_manager.filter(pk=card.pk).update(
        balance=F("balance") + amount,
        held=F("held") + held,
        may_owe=card.may_owe,
        last_activity_on=card.last_activity_on,
        **{counter: F(counter) + moved},
    )
    line = PointsTransaction._base_manager.create(
        card=card,
        voucher_id=card.pk,
        campaign_id=card.campaign_id,
        type=type,
        account=account,
        amount=amount,
        balance=card.balance,
        created_at=why.now,
        day=why.local_day(),
        cause=why.cause,
        source=why.source,
        source_id=why.source_id,
        reason=why.reason[:500],
        related=why.related,
        redemption=why.redemption,
        rollback=why.rollback,
        order_return=why.order_return,
        earning=why.earning,
        details=dict(why.details),
    )
    _tell(line, why)
    return line


_GIVEN: Final = frozenset({Type.ACCRUAL, Type.ACTIVATION, Type.ADDITION, Type.TRANSFER_IN})


def _tell(line: PointsTransaction, why: Why) -> None:
    voucher = Voucher._base_manager.select_related("holder", "campaign").get(pk=line.card_id)
    ids = {**telling.ids(voucher), "transaction_id": line.public_id}
    said = {**ids, "amount": line.amount, "type": line.type}
    name = "voucher.loyalty_card.transaction.created"
    events.emit(name, entity=voucher, actor=why.actor, now=why.now, payload=said)
    if line.type in _GIVEN:
        name = "voucher.loyalty_card.points_added"
        events.emit(
            name, entity=voucher, actor=why.actor, now=why.now, payload={"transaction_id": line.public_id}
        )
    twin = _twin(line)
    if voucher.holder is not None and twin:
        events.emit(twin, entity=voucher.holder, actor=why.actor, now=why.now, payload=ids)


def _twin(line: PointsTransaction) -> str:
    if line.type in (Type.TRANSFER_IN, Type.TRANSFER_OUT):
        return "customer.voucher.loyalty_card.points_transferred"
    return "customer.voucher.loyalty_card.points_added" if line.type in _GIVEN else ""
