"""Points that move from card to card. Contract: loyalty 9."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from approvals.gate import gated
from core import audit
from core.actors import Actor
from core.errors import InvalidPayload
from core.idempotency import UNKEYED, Once
from core.ids import new_id
from core.locking import retried
from loyalty.models import LoyaltyCard, PointsTransaction
from loyalty.selectors import members
from loyalty.services import after_points, card_locks, ledger
from loyalty.services.balances import InvalidAmount
from loyalty.services.ledger import Account, Type, Why
from promotions.models import Voucher

MOST: Final = 100
"""Donors of one call."""
CAUSE: Final = "transfer"


@dataclass(frozen=True, kw_only=True)
class Donation:
    """So many points of the card `code`. `source_id` is the caller's, and stands on the donor's line only."""

    code: str
    points: int
    reason: str = ""
    source_id: str = ""


@gated("loyalty_cards.transfer")
@retried
@transaction.atomic
def transfer(
    *,
    to: str,
    donations: Sequence[Donation],
    actor: Actor,
    now: datetime,
    once: Once[Voucher] = UNKEYED,
) -> Voucher:
    """Move points of one or more cards to the card `to` (code or id), all or none. Returns that voucher.

    What ends soonest leaves first, and ends as the other programme says from today on. Both programmes look
    at tiers again.

    :raises NotFound: one of the cards is none.
    :raises NotPublished: nobody holds one of them.
    :raises InvalidAmount: no points, or less than none.
    :raises InvalidPayload: nothing to move, too many at once, or a card that gives to itself.
    :raises PointsExceeded: a donor has less than that which nobody holds.
    """
    once.claim()
    receiver = members.get(to)
    donors = {donation.code: members.get(donation.code) for donation in donations}
    _check(receiver, donors, donations)
    cards = card_locks.members({receiver.pk, *(donor.pk for donor in donors.values())})
    was = {pk: card.balance for pk, card in cards.items()}
    for donation in donations:
        _move(cards[donors[donation.code].pk], cards[receiver.pk], donation, actor, now)
    for pk, card in sorted(cards.items()):
        is_receiver = pk == receiver.pk
        after_points.settle(card, cause=CAUSE, now=now, was=was[pk], is_credit=is_receiver)
    moved = members.get(receiver.public_id)
    once.keep(moved)
    return moved


def _check(receiver: Voucher, donors: dict[str, Voucher], donations: Sequence[Donation]) -> None:
    if not 1 <= len(donations) <= MOST:
        raise InvalidPayload(f"1 to {MOST} donors are expected.")
    for donation in donations:
        if donation.points <= 0:
            raise InvalidAmount("points: a whole number above 0 is expected.")
        if donors[donation.code].pk == receiver.pk:
            raise InvalidPayload(f"{receiver.code} cannot give points to itself.")


def _move(donor: LoyaltyCard, receiver: LoyaltyCard, donation: Donation, actor: Actor, now: datetime) -> None:
    cause, source = f"transfer:{new_id('trn')}", card_locks.source_of(actor)
    given = ledger.debit(
        donor,
        donation.points,
        type=Type.TRANSFER_OUT,
        account=Account.TRANSIT,
        why=Why(
            actor=actor,
            now=now,
            cause=cause,
            source=source,
            source_id=donation.source_id,
            reason=donation.reason,
            details={"destination_voucher": _named(receiver.voucher)},
        ),
    )
    why = Why(
        actor=actor,
        now=now,
        cause=cause,
        source=source,
        reason=donation.reason,
        related=given,
        details={"source_voucher": _named(donor.voucher)},
    )
    got: PointsTransaction = ledger.credit(
        receiver,
        donation.points,
        type=Type.TRANSFER_IN,
        account=Account.TRANSIT,
        expires_on=ledger.ends_on(receiver, why.local_day()),
        why=why,
    )
    for card, line in ((donor, given), (receiver, got)):
        audit.log(
            actor,
            "loyalty_card.transferred",
            card.voucher,
            now=now,
            after={"points": line.amount, "balance": line.balance, "reason": donation.reason},
        )


def _named(voucher: Voucher) -> dict[str, str]:
    return {"id": voucher.public_id, "code": voucher.code}
