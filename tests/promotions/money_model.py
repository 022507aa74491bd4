"""What the money machine's shop must be like, in plain Python: limits, a shared budget, a card, holds.

Campaign A (codes A1 and A2) has limits in its rule; A and B (code B1) share the budget "Pool" of discounts
and a budget of redemptions for each customer. CARD is a gift card. A2 has a quantity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Warsaw")
UNITS, PRICE = 5, 1_000
WORTH = UNITS * PRICE
CARD = "CARD"
CAMPAIGN = {"A1": "A", "A2": "A", "B1": "B"}


def day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


@dataclass(frozen=True)
class Call:
    """One request: discounts in their order, then the card. `order` and `key` are new for each call."""

    names: tuple[str, ...]
    customer: str
    number: int
    credits: int = 0

    @property
    def order(self) -> str:
        return f"o-{self.number}"


@dataclass
class Use:
    """What one name took, now or under a hold; `drawn` from the pool, what came back taken off."""

    name: str
    customer: str
    at: datetime
    discount: int = 0
    credits: int = 0
    drawn: int = 0


@dataclass
class Held:
    """What a session keeps until `until`. `is_sure`: nothing was edited since, so that it must redeem."""

    call: Call
    until: datetime
    uses: list[Use]
    is_sure: bool = True


@dataclass
class Sale:
    """A successful request. `units` and `refunded` (money and credits) came back."""

    call: Call
    id: str
    at: datetime
    uses: list[Use]
    units: int = 0
    refunded: int = 0
    is_taken_back: bool = False

    @property
    def paid(self) -> int:
        """With what the card paid."""
        return WORTH - sum(use.discount for use in self.uses if use.name != CARD)


@dataclass
class Model:
    may_cut: bool
    pool: int = 3_000
    mine: int = 5
    ever: int = 8
    each: int = 3
    daily: int = 2
    quantity: int = 3
    balance: int = 3_000
    off: dict[str, int] = field(default_factory=lambda: {"A": 700, "B": 400})
    sales: dict[str, Sale] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)

    def living(self, now: datetime, *, but: str = "") -> dict[str, Held]:
        return {key: held for key, held in self.holds.items() if key != but and held.until > now}

    def counted(self) -> list[Use]:
        """The uses that were not rolled back."""
        return [use for sale in self.sales.values() if not sale.is_taken_back for use in sale.uses]

    def taken(self, now: datetime, *, but: str = "") -> list[Use]:
        """Used, and held by other sessions: that counts today, whenever it was begun."""
        held = self.living(now, but=but).values()
        return [*self.counted(), *(replace(use, at=now) for one in held for use in one.uses)]

    def used_of(self, name: str) -> int:
        return len([use for use in self.counted() if use.name == name])

    def drawn(self, uses: Iterable[Use]) -> int:
        return sum(use.drawn for use in uses)

    def free_credits(self, now: datetime, *, but: str = "") -> int:
        held = self.living(now, but=but).values()
        return self.balance - sum(use.credits for one in held for use in one.uses)

    def decide(self, call: Call, now: datetime, *, key: str = "") -> list[Use] | None:
        """What each name takes; None: the request is refused. For a session without a hold of its own."""
        taken = self.taken(now, but=key)
        mine: list[Use] = []
        for name in call.names:
            use = self._one(name, call, [*taken, *mine], now, key)
            if use is None:
                return None
            mine.append(use)
        return mine

    def _one(self, name: str, call: Call, taken: list[Use], now: datetime, key: str) -> Use | None:
        use = Use(name=name, customer=call.customer, at=now)
        if name == CARD:
            # `balance` has no payments in it any more, so only what is held counts here.
            use.credits = use.discount = call.credits
            return use if call.credits <= self.free_credits(now, but=key) else None
        if name == "A2" and len([one for one in taken if one.name == name]) >= self.quantity:
            return None
        campaign = CAMPAIGN[name]
        if campaign == "A":
            theirs = [one for one in taken if CAMPAIGN.get(one.name) == "A"]
            by_customer = [one for one in theirs if one.customer == call.customer]
            today = [one for one in theirs if day(one.at) == day(now)]
            if len(theirs) >= self.ever or len(by_customer) >= self.each or len(today) >= self.daily:
                return None
        discounts = [one for one in taken if one.name in CAMPAIGN]
        if len([one for one in discounts if one.customer == call.customer]) >= self.mine:
            return None
        left = self.pool - self.drawn(discounts)
        given = min(self.off[campaign], left) if self.may_cut else self.off[campaign]
        if given > left or given <= 0:
            return None
        use.discount = use.drawn = given
        return use
