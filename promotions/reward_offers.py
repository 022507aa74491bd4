"""What this floor asks of whoever gives rewards for points: `loyalty` registers itself here.

A programme offers a reward by an assignment; what that costs one member, and whether he can have it, depends
on his tier and on what he has had, which only loyalty knows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from promotions.models import Redemption, RewardAssignment, Rollback, Voucher


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A reward for the holder of one card. `points` is its price; None: it pays orders, with as many points
    as somebody wants, each of which counts for `1 / times`.

    `refusal` says why he cannot have it. `tier_id`: the public id of the tier that priced it.
    """

    assignment: RewardAssignment
    points: int | None = None
    times: Decimal = Decimal(1)
    tier_id: str = ""
    refusal: str = ""


class Shop(Protocol):
    """Moves run in the transaction of the redemption, after the points."""

    def offers(
        self, asked: Collection[tuple[Voucher, RewardAssignment]], *, now: datetime
    ) -> Mapping[tuple[int, int], Offer]:
        """By primary keys of card and assignment, in a constant number of queries."""

    def give(
        self, *, voucher: Voucher, offer: Offer, redemption: Redemption, points: int, now: datetime
    ) -> bool:
        """Hand it out, or note that somebody has to. False: somebody else got the last one meanwhile."""

    def take_back(self, redemption: Redemption, *, rollback: Rollback, now: datetime) -> None:
        """What was given goes back, if anything was.

        :raises DomainError: it is used already, and nobody insists.
        """

    def shown(self, redemption: Redemption) -> dict[str, Any] | None:
        """`reward` of a redemption on the wire; None: it was for none."""


_shops: list[Shop] = []


def register(shop: Shop) -> None:
    """Called from `AppConfig.ready()`."""
    _shops[:] = [shop]


def shop() -> Shop | None:
    """None: nothing in this deployment gives rewards."""
    return _shops[0] if _shops else None
