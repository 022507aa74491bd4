"""Points that people give or take by hand. Contract: loyalty 4.1."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import models, transaction

from approvals.gate import gated
from core import audit
from core.actors import Actor
from core.errors import DomainError
from core.idempotency import UNKEYED, Once
from core.locking import retried
from loyalty.models import LoyaltyCard, PointsTransaction
from loyalty.services import after_points, card_locks, ledger
from loyalty.services.ledger import Account, Type, Why
from promotions.services import holds

CAUSE: Final = "balance"


class InvalidAmount(DomainError):
    key = "invalid_amount"
    message = "Invalid amount"


class InvalidExpirationDate(DomainError):
    key = "invalid_expiration_date"
    message = "Invalid expiration date"


class Expires(models.TextChoices):
    """How long added points live. Contract: `expiration_type`."""

    PROGRAM_RULES = "PROGRAM_RULES", "As all points of the programme"
    NON_EXPIRING = "NON_EXPIRING", "Never"
    CUSTOM_DATE = "CUSTOM_DATE", "On a day of its own"


@gated("loyalty_cards.adjust")
@retried
@transaction.atomic
def adjust(
    *,
    card_id: int,
    points: int,
    reason: str = "",
    source_id: str = "",
    expiration_type: str | None = None,
    expires_on: date | None = None,
    actor: Actor,
    now: datetime,
    once: Once[PointsTransaction] = UNKEYED,
) -> PointsTransaction:
    """Add points to a member's card, or take some away with a minus: those that end soonest first.

    `expires_on` is the last day of points with `CUSTOM_DATE`. Tiers, and rewards that redeem themselves,
    follow at once.

    :raises NotPublished: nobody holds the card.
    :raises InvalidAmount: no points at all.
    :raises InvalidExpirationDate: a day that is missing or past.
    :raises PointsExceeded: more than is there and not held, or more than a card may get.
    """
    once.claim()
    if points == 0:
        raise InvalidAmount("points: 0 changes nothing; send points to add, or a negative number.")
    card = _fresh(card_locks.member(card_id), now)
    was = card.balance
    why = Why(actor=actor, now=now, reason=reason, source_id=source_id, source=card_locks.source_of(actor))
    if points > 0:
        ends = _last_day(card, expiration_type, expires_on, why.local_day())
        line = ledger.credit(
            card, points, type=Type.ADDITION, account=Account.ADJUSTED, expires_on=ends, why=why
        )
    else:
        line = ledger.debit(card, -points, type=Type.REMOVAL, account=Account.ADJUSTED, why=why)
    audit.log(
        actor,
        "loyalty_card.adjusted",
        card.voucher,
        now=now,
        before={"balance": was},
        after={"balance": line.balance, "points": points, "reason": reason},
    )
    after_points.settle(card, cause=CAUSE, now=now, was=was, is_credit=points > 0)
    once.keep(line)
    return line


def _fresh(card: LoyaltyCard, now: datetime) -> LoyaltyCard:
    """Points of sessions that are over are free again."""
    if card.held:
        holds.tidy(voucher=card.pk, now=now)
        card.refresh_from_db(fields=["held"])
    return card


def _last_day(
    card: LoyaltyCard, expiration_type: str | None, expires_on: date | None, today: date
) -> date | None:
    match expiration_type:
        case Expires.NON_EXPIRING:
            return None
        case Expires.CUSTOM_DATE:
            if expires_on is None:
                raise InvalidExpirationDate("expiration_date is needed with CUSTOM_DATE.")
            if expires_on < today:
                raise InvalidExpirationDate(f"expiration_date: {expires_on} is past; today is {today}.")
            return expires_on
    return ledger.ends_on(card, today)
