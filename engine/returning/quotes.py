"""The answer to a return, and what earlier returns of the order came to. Amounts are minor units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from engine.codec import Data
from engine.returning.policy import ReturnPolicy
from engine.returning.purchase import Name
from engine.snapshot import RedeemableObject


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitsBack(Data):
    """Discounted units of `article` that count no more under `entry` (the id that the rule names)."""

    entry: str
    article: str
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenBack(Data):
    """What one return takes back of one redeemable: for its counters and budgets, and for its card.

    `discount` and `order_value` leave its budgets; `credits` (gift credits or points) go back to the card
    and are worth `refund`.
    """

    discount: int = 0
    order_value: int = 0
    credits: int = 0
    refund: int = 0
    units: tuple[UnitsBack, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RedeemableQuote(Data):
    """One redeemable of the order. `request` is `Decision.id`; `policy` None for a card, which only paid.

    `applies`: would it still apply to what is kept? None where nobody asked. `kept_discount` is what the kept
    units have of it; `charged_back` is what they had and lose, over all returns so far, negative where they
    get a larger part of it now.
    """

    request: str
    object: RedeemableObject
    key: str
    label: str
    policy: ReturnPolicy | None
    applies: bool | None
    kept_discount: int
    charged_back: int
    taken_back: TakenBack
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LineQuote(Data):
    """One line of the return. `position` None: a part of the amount of an order without lines.

    `paid` was paid for all `of` units, `share` of it for these; `refund` is the line's part of the refund.
    """

    position: int | None
    quantity: int
    of: int
    returned_before: int
    paid: int
    share: int
    refund: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnQuote(Data):
    """`refund = money + what goes back to cards`. `paid` was paid for the whole order, with what cards paid;
    `refunded_before` is what earlier returns gave, `uncovered` what lost discounts would take beyond all that
    was paid back: nobody has to pay for a return. `is_complete`: nothing is kept any more.
    """

    lines: tuple[LineQuote, ...]
    redeemables: tuple[RedeemableQuote, ...]
    refund: int
    money: int
    paid: int
    refunded_before: int
    uncovered: int
    is_complete: bool

    @property
    def texts(self) -> tuple[str, ...]:
        """Line by line, then what became of every discount and where the credits go."""
        return tuple(line.text for line in self.lines) + tuple(
            one.text for one in self.redeemables if one.text
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """The sums of earlier returns of the order. `amount` is of an order without lines."""

    units: Mapping[int, int] = field(default_factory=dict)
    amount: int = 0
    money: int = 0
    taken_back: Mapping[Name, TakenBack] = field(default_factory=dict)
    charged_back: Mapping[Name, int] = field(default_factory=dict)

    @classmethod
    def by(cls, quotes: Iterable[ReturnQuote]) -> Self:
        """After these returns, oldest first."""
        units: Counter[int] = Counter()
        amount = money = 0
        taken: dict[Name, TakenBack] = {}
        charged: dict[Name, int] = {}
        for quote in quotes:
            money += quote.money
            for line in quote.lines:
                if line.position is None:
                    amount += line.quantity
                else:
                    units[line.position] += line.quantity
            for one in quote.redeemables:
                name: Name = (one.request, one.object, one.key)
                taken[name] = _sum(taken.get(name, TakenBack()), one.taken_back)
                charged[name] = one.charged_back
        return cls(units=units, amount=amount, money=money, taken_back=taken, charged_back=charged)

    @property
    def refunded(self) -> int:
        """Money, and what went back to cards."""
        return self.money + sum(one.refund for one in self.taken_back.values())


def _sum(one: TakenBack, other: TakenBack) -> TakenBack:
    units: Counter[tuple[str, str]] = Counter()
    for part in (*one.units, *other.units):
        units[part.entry, part.article] += part.units
    return TakenBack(
        discount=one.discount + other.discount,
        order_value=one.order_value + other.order_value,
        credits=one.credits + other.credits,
        refund=one.refund + other.refund,
        units=units_back(units),
    )


def units_back(units: Mapping[tuple[str, str], int]) -> tuple[UnitsBack, ...]:
    """In a fixed order, without those of which there are none."""
    return tuple(
        UnitsBack(entry=entry, article=article, units=count)
        for (entry, article), count in sorted(units.items())
        if count
    )
