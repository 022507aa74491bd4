"""What one request says, prepared once and asked by every block."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from engine import stacking
from engine.basket import OrderState, open_order
from engine.effects import AmountOffOrder
from engine.index import extents, words
from engine.index.amounts import Amounts
from engine.index.components import ENOUGH, Component, Kind
from engine.index.contents import Contents
from engine.index.extents import Extent
from engine.rules.families import REGISTRY, Scene
from engine.situation import Situation
from engine.snapshot import Candidate, Snapshot
from engine.stacking_rules import Category, NoEffectRule

if TYPE_CHECKING:
    from engine.index.deals import Deal
    from engine.index.entry import Check
    from engine.index.predicates import Predicate
    from engine.pipeline import Run

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_AFTER_A_CHANGE: Final = timedelta(hours=3)
_NOBODY: Final = Candidate(key="", discount=AmountOffOrder(amount_off=0))
_NONE: Final[frozenset[str]] = frozenset()
_ABOUT_ITEMS: Final = frozenset(name for name in REGISTRY if name.startswith("order.items."))
NOT_THERE: Final = -(2**63)
"""Below every threshold, also when it stands for a negated number."""
UNREACHABLE: Final = 10**30


def microseconds(instant: datetime) -> int:
    """Since 1970, exact."""
    return (instant - EPOCH) // _MICROSECOND


class Facts:
    """A request without candidates (`query`) and the names of the rules that count as fulfilled (`omit`).

    `begun` and `unended`: start dates up to the one are reached, end dates behind the other are not.
    `values`, `worths`, `truths`, `checks` and `floors` answer for a component, a deal, a predicate, a check
    and a category (the least worth with which its deals apply); each remembers the answer.
    """

    def __init__(self, query: Snapshot, omit: frozenset[str], amounts: Amounts) -> None:
        self.query: Final = query
        self.omit: Final = omit
        self.begun, self.unended = _bounds(query)
        self.amounts: Final = amounts
        self.contents: Final = Contents(query.basket)
        self.values: Final = Values(self)
        self.worths: Final = Worths(self)
        self.truths: Final = Truths(self)
        self.checks: Final = Checks(self)
        self.floors: Final = Floors(self)
        self.run: Run | None = None
        """For `alone`: the pipeline before its first candidate, opened when first needed."""

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.query.time_zone)

    @cached_property
    def sums_decide(self) -> bool:
        """Sums over lines say how much of an article is there: no earlier discounts, no rule about items is
        left out.
        """
        return self.contents.is_plain and self.omit.isdisjoint(_ABOUT_ITEMS)

    @cached_property
    def opening(self) -> OrderState | None:
        """The order before any discount, with all its books."""
        return None if self.query.basket is None else open_order(self.query.basket)

    @cached_property
    def scene(self) -> Scene:
        """For rules that ask nothing about the candidate."""
        return Scene(
            situation=Situation(
                snapshot=self.query,
                candidate=_NOBODY,
                zone=self.zone,
                before=self.opening,
                lines=self.contents.lines,
            )
        )

    @cached_property
    def extents(self) -> Mapping[str, Extent]:
        """How much of a plain order a discount can be about, by the values of `bounds.Over`."""
        return extents.of(self.contents)


def _bounds(query: Snapshot) -> tuple[int, int]:
    """Now, in the time of day in which start and end dates were written.

    Near the hours in which clocks are changed, here or there, both are chosen so that nothing is missed: a
    match is judged again by whoever shows it.
    """
    if not query.dates_zone:
        now = microseconds(query.now)
        return now, now
    zone = ZoneInfo(query.time_zone)
    here, before = query.now.astimezone(zone), (query.now - _AFTER_A_CHANGE).astimezone(zone)
    put_on = (here.replace(tzinfo=UTC) - before.replace(tzinfo=UTC) - _AFTER_A_CHANGE) // _MICROSECOND
    read = [here.replace(tzinfo=query.written_in, fold=fold).astimezone(UTC) for fold in (0, 1)]
    instants = [microseconds(one) for one in read]
    return max(instants) - min(put_on, 0), min(instants) - max(put_on, 0)


class Values(dict[Component, Any]):
    """For words a frozen set; for thresholds a number, negated for AT_MOST."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, asked: Component) -> Any:
        if asked.kind is Kind.NEVER:
            found: Any = _NONE
        elif asked.kind is Kind.WORDS or asked.kind is Kind.NO_WORDS:
            found = self._words(asked)
        else:
            number = self._number(asked)
            found = NOT_THERE if number is None else -number if asked.kind is Kind.AT_MOST else number
        self[asked] = found
        return found

    def _words(self, asked: Component) -> frozenset[Any]:
        query = self._facts.query
        match asked.name:
            case "order.items.any" if asked.property == ENOUGH:
                return self._facts.amounts.given(self._facts)
            case "order.items.any" | "order.items.none":
                return self._facts.contents.articles(asked.property)
            case "customer.segment":
                value: Any = None if query.customer is None else query.customer.segments
            case "customer.loyalty_tier":
                value = None if query.customer is None else query.customer.loyalty_tiers
            case "customer.metadata":
                value = None if query.customer is None else query.customer.metadata.get(asked.property or "")
            case "order.metadata":
                value = None if query.basket is None else query.basket.metadata.get(asked.property or "")
            case "redemption.metadata":
                value = query.call.metadata.get(asked.property or "")
            case "redemption.api_key":
                value = query.call.api_key
            case "redemption.user.login":
                value = query.call.user_login
            case _:
                raise ValueError(f"no words are known for {asked.name}")
        return words.given(value)

    def _number(self, asked: Component) -> int | None:
        facts = self._facts
        match asked.name:
            case "":
                return facts.unended if asked.kind is Kind.AT_MOST else facts.begun
            case "order.amount":
                if facts.contents.is_plain:
                    return facts.contents.amount
                return None if facts.opening is None else facts.opening.total_amount
            case "order.initial_amount":
                if facts.contents.is_plain:
                    return facts.contents.amount
                return None if facts.opening is None else facts.opening.initial_amount
            case "campaign.orders.amount":
                return facts.contents.payable
            case "order.items.count":
                return None if facts.query.basket is None else facts.contents.units
            case _:
                raise ValueError(f"no number is known for {asked.name}")


class Worths(dict["Deal", int | None]):
    """What each deal takes off the order, None = it does not apply."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, deal: Deal) -> int | None:
        found = self[deal] = deal.worth(self._facts)
        return found


class Truths(dict["Predicate", bool]):
    """Whether each predicate holds for the request."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, predicate: Predicate) -> bool:
        found = self[predicate] = predicate.holds(self._facts)
        return found


class Checks(dict["Check", bool]):
    """Whether each check holds for the request."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, check: Check) -> bool:
        found = self[check] = check.holds(self._facts)
        return found


class Floors(dict[Category | None, int]):
    """The least that a deal of the category must take off to apply: 0, 1, or more than there is.

    1 where the stacking rules skip what has no effect; that cannot be told of an order without an amount.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, category: Category | None) -> int:
        rules = self._facts.query.stacking_rules
        candidate = _NOBODY
        if category is not None:
            candidate = Candidate(key="", discount=_NOBODY.discount, category=category)
        if stacking.Tally(rules).limit_reached(candidate) is not None:
            found = UNREACHABLE
        elif self._facts.contents.amount is None:
            found = 0
        else:
            found = int(rules.no_effect_rule(category) is NoEffectRule.SKIP)
        self[category] = found
        return found
