"""What this floor asks of whoever keeps the points of loyalty cards: `loyalty` registers itself here.

A card is a voucher of type LOYALTY_CARD. Without a keeper there are no points, and what needs some says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

from core import peers
from core.actors import Actor
from core.errors import DomainError
from promotions.models import Campaign, OrderReturn, Redemption, Rollback, Voucher


class PointsExceeded(DomainError):
    key = "loyalty_card_points_exceeded"
    message = "loyalty card points exceeded"


@dataclass(frozen=True, kw_only=True)
class CardNumbers:
    """What a card has and had, in points. Contract: loyalty 3.

    `held` is kept by validation sessions. `next_expires_on` is the last usable day of the `next_expiring`
    points that end first.
    """

    points: int = 0
    expired_points: int = 0
    subtracted_points: int = 0
    redeemed_points: int = 0
    pending_points: int = 0
    balance: int = 0
    held: int = 0
    next_expires_on: date | None = None
    next_expiring: int | None = None


class Keeper(Protocol):
    """Moves run in the caller's transaction and lock the card's row, after its voucher."""

    def checked(self, loyalty: Mapping[str, Any]) -> dict[str, Any]:
        """What is stored of the settings of a programme (`Campaign.loyalty`).

        :raises DomainError: a number or word that cannot be.
        """

    def in_words(self, loyalty: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """The settings of a programme for people: label and text of each."""

    def look_again(self, campaign: Campaign, *, actor: Actor, now: datetime) -> None:
        """Let all members have the tiers that the programme's settings give them now (contract 10.5)."""

    def numbers(self, vouchers: Collection[Voucher]) -> Mapping[int, CardNumbers]:
        """By primary key of the voucher, in a constant number of queries; also of cards not opened yet."""

    def open(
        self, vouchers: Sequence[Voucher], *, points: int | None = None, actor: Actor, now: datetime
    ) -> None:
        """Make the cards of these codes, with so many points, else the programme's; known ones stay."""

    def add(
        self, *, voucher_id: int, points: int, cause: str, reason: str = "", actor: Actor, now: datetime
    ) -> int:
        """Give points, once for a `cause`; returns the balance."""

    def take_back(
        self, *, voucher_id: int, points: int, cause: str, reason: str = "", actor: Actor, now: datetime
    ) -> int:
        """Take given points away again, once for a `cause`; returns the balance.

        :raises PointsExceeded: they are spent already.
        """

    def hold(self, *, voucher_id: int, points: int) -> bool:
        """Keep points for a session, negative: let them go. False: there are not so many."""

    def spend(
        self, *, voucher_id: int, points: int, held: int = 0, redemption: Redemption, now: datetime
    ) -> int:
        """Pay a redemption; `held` of them were kept for its session. Returns the balance.

        :raises PointsExceeded: there are not so many that nobody holds.
        """

    def refund(
        self,
        *,
        voucher_id: int,
        points: int,
        redemption: Redemption,
        rollback: Rollback | None = None,
        order_return: OrderReturn | None = None,
        now: datetime,
    ) -> int:
        """Give points back to the lots that they came from. Returns the balance."""

    def spent_with(self, *, voucher_id: int, redemption: Redemption) -> int:
        """What a redemption took from a card and did not give back yet."""


_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    """Called from `AppConfig.ready()`."""
    _keepers[:] = [keeper]


def keeper() -> Keeper:
    """:raises DomainError: nothing in this deployment keeps points."""
    if not _keepers:
        raise DomainError("Loyalty cards are not installed in this deployment.")
    return _keepers[0]


def numbers_of(voucher: Voucher) -> CardNumbers:
    """Of one card, asked once for all that were loaded with it by `selectors.vouchers.printable`."""
    return peers.answer(voucher, _KNOWN, _numbers, default=CardNumbers())


def _numbers(vouchers: list[Voucher]) -> Mapping[int, CardNumbers]:
    return keeper().numbers([one for one in vouchers if one.type == Voucher.Type.LOYALTY_CARD])


def forget(voucher: Voucher) -> None:
    """Ask again next time: its points moved."""
    peers.forget(voucher, _KNOWN)


_KNOWN: Final = "_card_numbers"
