"""What follows when points came to a card, within the same transaction. Contract: loyalty 8.5.

Rewards that redeem themselves go first, so that a tier is judged by what is left. Whoever redeems registers
here (`auto_redeem`): it uses the ledger, and the ledger's callers use this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from loyalty.models import LoyaltyCard, TierChange
from loyalty.services import tier_moves

type Redeem = Callable[[LoyaltyCard, datetime], int]
"""`redeem(card, now)`: how many rewards it redeemed. The card is locked, and is up to date afterwards."""

_redeemers: list[Redeem] = []


def register(redeem: Redeem) -> None:
    """Called from `AppConfig.ready()`."""
    _redeemers[:] = [redeem]


def redeem(card: LoyaltyCard, *, now: datetime) -> int:
    """Let rewards redeem themselves; how many did."""
    return sum(one(card, now) for one in _redeemers)


def settle(
    card: LoyaltyCard,
    *,
    cause: str,
    now: datetime,
    was: int | None = None,
    day: date | None = None,
    is_credit: bool = True,
) -> TierChange | None:
    """Once at the end of a transaction that moved points of a locked card; `was` is its balance before."""
    if is_credit:
        redeem(card, now=now)
    return tier_moves.evaluate(card, cause=cause, now=now, day=day, was=was)
