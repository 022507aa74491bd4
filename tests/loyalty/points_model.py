"""What points do, in plain dictionaries: lots by their last day, and what is owed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

type Lots = dict[date | None, int]


@dataclass
class Card:
    """`lots` by their last day, None: they stay. `spent` is what each payment took and did not give back."""

    lots: Counter[date | None] = field(default_factory=Counter)
    owed: int = 0
    held: int = 0
    spent: dict[str, Counter[date | None]] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        return sum(self.lots.values()) - self.owed

    def give(self, points: int, until: date | None) -> None:
        paid = min(points, self.owed)
        self.owed -= paid
        self.lots[until] += points - paid

    def take(self, points: int, *, owes: bool = False) -> Counter[date | None]:
        """What ends soonest goes first; returns from where."""
        taken: Counter[date | None] = Counter()
        for until in sorted(self.lots, key=lambda day: day or date.max):
            part = min(points, self.lots[until])
            self.lots[until] -= part
            taken[until] += part
            points -= part
        assert owes or points == 0
        self.owed += points
        return taken

    def give_back(self, payment: str, points: int, today: date) -> None:
        """To where they came from, the longest living first; where that is over, for today."""
        paid = min(points, self.owed)
        self.owed -= paid
        points -= paid
        took = self.spent[payment]
        for until in sorted(took, key=lambda day: day or date.max, reverse=True):
            part = min(points, took[until])
            took[until] -= part
            self.lots[until if until is None or until >= today else today] += part
            points -= part
        self.lots[None] += points

    def expire(self, today: date) -> int:
        over = [until for until in self.lots if until is not None and until < today]
        return sum(self.lots.pop(until) for until in over)


@dataclass
class Order:
    """`units` bought and `left` with the customer; a unit is a point on each card of the customer.

    `given` is what it gave each card and did not take back.
    """

    id: str
    customer: str
    units: int
    left: int
    given: dict[str, int]
    is_over: bool = False
