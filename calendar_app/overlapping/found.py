"""What is found where two items meet: the kind of conflict, how bad it is, how to get out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from calendar_app.overlapping.items import Item
from calendar_app.overlapping.world import Closed
from engine.algebra import Answer, Witness
from engine.spans import Spans


class Kind(StrEnum):
    """What it is about. STACKABLE is allowed, and no conflict."""

    EXCLUSIVE_CLASH = "EXCLUSIVE_CLASH"
    DOUBLE_DISCOUNT = "DOUBLE_DISCOUNT"
    SHARED_BUDGET = "SHARED_BUDGET"
    BLACKOUT = "BLACKOUT"
    COMPETING_MESSAGES = "COMPETING_MESSAGES"
    AREA_COLLISION = "AREA_COLLISION"
    UNKNOWN = "UNKNOWN"
    STACKABLE = "STACKABLE"


class Severity(StrEnum):
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class FixKind(StrEnum):
    MOVE = "MOVE"
    EXCLUDE_PRODUCTS = "EXCLUDE_PRODUCTS"
    EXCLUDE_CUSTOMERS = "EXCLUDE_CUSTOMERS"
    PRIORITY = "PRIORITY"
    SAME_CATEGORY = "SAME_CATEGORY"


class How(StrEnum):
    """How sure a number is."""

    EXACT = "EXACT"
    ABOUT = "ABOUT"
    MORE_THAN = "MORE_THAN"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """`key` of the item that is changed, `values` what the form is filled in with: texts, numbers, lists.

    MOVE: starts_at, ends_at (ISO, None = open). EXCLUDE_PRODUCTS: items [{object, id}]. EXCLUDE_CUSTOMERS:
    segments [id]. PRIORITY: category id and hierarchy. SAME_CATEGORY: category id.
    """

    kind: FixKind
    key: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Customers and products of both; None where nobody knows. `cost` in minor units, an upper estimate."""

    customers: int | None = None
    customers_how: How = How.UNKNOWN
    products: int | None = None
    products_how: How = How.UNKNOWN
    cost: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    """The witness's basket before and after both: units of the article that both lower, or of the whole."""

    article: str = ""
    units: int = 0
    before: int
    after: int

    @property
    def percent(self) -> int:
        """What is taken off, in whole percent, half up."""
        return (200 * (self.before - self.after) + self.before) // (2 * self.before) if self.before else 0


@dataclass(frozen=True, kw_only=True)
class Found:
    """One conflict of two units, told by the tiers of them that it is worst for.

    `winner` is "left" or "right" where one is refused because of the other and that does not depend on which
    is asked for first. `spans` are the next ones in which both are open (31 at most), UTC. `at_stake` is an
    upper estimate in minor units, `weight` sorts by it and by the severity. `shown` is the purchase that was
    tried, `named` the segments and collections that one of both asks for.
    """

    key: str
    kind: Kind
    severity: Severity
    left: Item
    right: Item | None = None
    closure: Closed | None = None
    certainty: Answer = Answer.OVERLAPS
    first_at: datetime | None = None
    spans: Spans = ()
    zone: str = "UTC"
    spot: str = ""
    shown: Witness | None = field(default=None, repr=False)
    named: frozenset[str] = field(default=frozenset(), repr=False)
    purchase: Purchase | None = None
    winner: str = ""
    why: str = ""
    opaque: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    audience: str = ""
    at_stake: int | None = None

    @cached_property
    def witness(self) -> Witness | None:
        """As people are told it: of the segments and collections only those that one of both asks for."""
        if self.shown is None:
            return None
        basket, customer = self.shown.basket, self.shown.customer
        if customer is not None:
            customer = replace(customer, segments=self._only(customer.segments))
        if basket is not None:
            lines = (replace(line, collections=self._only(line.collections)) for line in basket.lines)
            basket = replace(basket, lines=tuple(lines))
        return replace(self.shown, basket=basket, customer=customer)

    def _only(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in ids if one in self.named)

    @property
    def together_percent(self) -> int | None:
        return None if self.purchase is None else self.purchase.percent

    @property
    def before(self) -> int | None:
        return None if self.purchase is None else self.purchase.before

    @property
    def after(self) -> int | None:
        return None if self.purchase is None else self.purchase.after

    @property
    def weight(self) -> int:
        rank = {Severity.HIGH: 3, Severity.MEDIUM: 2, Severity.LOW: 1}[self.severity]
        return (self.at_stake or 0) * 4 + rank
