"""Pending points: earned, not usable yet. Contract: loyalty 7."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from approvals.gate import gated
from commerce.models import Order
from core import audit, events, project
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.locking import lock, retried
from loyalty.models import Earning, LoyaltyCard, PendingPoints, PointsTransaction
from loyalty.programmes import MOST_POINTS
from loyalty.services import activating, after_points, card_locks, ledger, telling
from loyalty.services.balances import InvalidAmount
from promotions.models import Voucher

CAUSE: Final = "pending"
_State = PendingPoints.State


class InvalidPendingPointsState(DomainError):
    key = "invalid_pending_points_state"
    message = "Invalid pending points state"


def add(
    *,
    card: LoyaltyCard,
    points: int,
    activates_on: date,
    earning: Earning | None = None,
    order: Order | None = None,
    details: Mapping[str, Any] | None = None,
    actor: Actor,
    now: datetime,
) -> PendingPoints:
    """Note points that are usable from `activates_on` on. The card is locked, and brought up to date."""
    entry = PendingPoints._base_manager.create(
        card=card,
        campaign_id=card.campaign_id,
        earning=earning,
        order=order,
        points=points,
        activates_on=activates_on,
        details=dict(details or {}),
        created_at=now,
    )
    ledger.move_pending(card, points)
    _tell("added", entry, actor, now)
    return entry


def reduce(*, pending: PendingPoints, card: LoyaltyCard, by: int, actor: Actor, now: datetime) -> int:
    """Take points of an entry that waits, as goods came back; none left: it is cancelled. Returns how many.

    The card is locked, and brought up to date; the entry was read under that lock.
    """
    taken = min(by, pending.points) if pending.state == _State.PENDING else 0
    if taken == 0:
        return 0
    if taken == pending.points:
        _end(pending, card, actor, now)
    else:
        _change(pending, card, -taken, actor, now)
    return taken


@gated("loyalty_cards.activate_pending")
@retried
@transaction.atomic
def activate(*, pending_id: int, actor: Actor, now: datetime) -> PointsTransaction:
    """Make the points usable at once; their life begins today.

    :raises NotFound: there is no such entry.
    :raises NotPublished: nobody holds the card.
    :raises InvalidPendingPointsState: they are usable or cancelled already.
    """
    pending, card = _locked(pending_id)
    was = card.balance
    source = card_locks.source_of(actor)
    day = project.day_of(now)
    (line,) = activating.activate(
        [pending], cards={card.pk: card}, day=day, source=source, actor=actor, now=now
    )
    audit.log(
        actor,
        "pending_points.activated",
        card.voucher,
        now=now,
        after={"points": line.amount, "balance": line.balance},
    )
    after_points.settle(card, cause=CAUSE, now=now, was=was)
    return line


@gated("loyalty_cards.cancel_pending")
@retried
@transaction.atomic
def cancel(*, pending_id: int, actor: Actor, now: datetime) -> PendingPoints:
    """Nobody gets these points.

    :raises NotFound: there is no such entry.
    :raises NotPublished: nobody holds the card.
    :raises InvalidPendingPointsState: they are usable or cancelled already.
    """
    pending, card = _locked(pending_id)
    _end(pending, card, actor, now)
    audit.log(actor, "pending_points.canceled", card.voucher, now=now, before={"points": pending.points})
    return pending


@gated("loyalty_cards.adjust_pending")
@retried
@transaction.atomic
def adjust(*, pending_id: int, points: int, reason: str = "", actor: Actor, now: datetime) -> PendingPoints:
    """More points that wait, or fewer with a minus.

    :raises NotFound: there is no such entry.
    :raises NotPublished: nobody holds the card.
    :raises InvalidPendingPointsState: they are usable or cancelled already.
    :raises InvalidAmount: nothing would be left, or too many.
    """
    pending, card = _locked(pending_id)
    if not 0 < pending.points + points <= MOST_POINTS or points == 0:
        raise InvalidAmount("Amount has to be a valid positive number: cancel the points to take all away.")
    before = pending.points
    _change(pending, card, points, actor, now)
    audit.log(
        actor,
        "pending_points.adjusted",
        card.voucher,
        now=now,
        before={"points": before},
        after={"points": pending.points, "reason": reason},
    )
    return pending


def _locked(pending_id: int) -> tuple[PendingPoints, LoyaltyCard]:
    found = PendingPoints._base_manager.filter(pk=pending_id).first()
    if found is None:
        raise NotFound.of("pending_points", str(pending_id))
    card = card_locks.member(found.card_id)
    lock(PendingPoints._base_manager.filter(pk=pending_id))
    found.refresh_from_db()
    if found.state != _State.PENDING:
        raise InvalidPendingPointsState(
            f"These points are {found.state} already; only PENDING ones can be changed."
        )
    return found, card


def _change(pending: PendingPoints, card: LoyaltyCard, points: int, actor: Actor, now: datetime) -> None:
    pending.points += points
    pending.updated_at = now
    pending.save(update_fields=["points", "updated_at"])
    ledger.move_pending(card, points)
    _tell("updated", pending, actor, now)


def _end(pending: PendingPoints, card: LoyaltyCard, actor: Actor, now: datetime) -> None:
    pending.state, pending.updated_at = _State.CANCELED, now
    pending.save(update_fields=["state", "updated_at"])
    ledger.move_pending(card, -pending.points)
    _tell("canceled", pending, actor, now)


def _tell(verb: str, pending: PendingPoints, actor: Actor, now: datetime) -> None:
    voucher = Voucher._base_manager.select_related("holder", "campaign").get(pk=pending.card_id)
    name = f"voucher.loyalty_card.pending_points.{verb}"
    said: dict[str, Any] = {"pending_points_id": pending.public_id}
    events.emit(name, entity=voucher, actor=actor, now=now, payload=said)
    if voucher.holder is not None:
        twin = {**said, **telling.ids(voucher)}
        events.emit(f"customer.{name}", entity=voucher.holder, actor=actor, now=now, payload=twin)
