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
from engine.index.components import Component, Kind
from engine.index.extents import Extent
from engine.rules.families import Scene
from engine.situation import Situation
from engine.snapshot import Candidate, Snapshot
from engine.stacking_rules import Category, NoEffectRule

if TYPE_CHECKING:
    from engine.index.deals import Deal
    from engine.index.predicates import Predicate
    from engine.pipeline import Run

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NOBODY: Final = Candidate(key="", discount=AmountOffOrder(amount_off=0))
_NONE: Final[frozenset[str]] = frozenset()


def microseconds(instant: datetime) -> int:
    """Since 1970, exact."""
    return (instant - EPOCH) // _MICROSECOND


class Facts:
    """A request without candidates (`query`) and the names of the rules that count as fulfilled (`omit`).

    `is_plain`: no earlier discounts and no earlier quantities, so that lines are worth what they say.
    `worths` and `truths` answer for a deal or a predicate and remember the answer.
    """

    def __init__(self, query: Snapshot, omit: frozenset[str]) -> None:
        self.query: Final = query
        self.omit: Final = omit
        self.now: Final = microseconds(query.now)
        basket = query.basket
        self.lines: Final = () if basket is None else basket.lines
        self.has_order: Final = basket is not None
        self.is_plain: Final = basket is None or (
            not basket.discount_amount
            and basket.initial_amount is None
            and all(_is_plain(line) for line in basket.lines)
        )
        self.amount: Final = None if basket is None else basket.value
        """Of the order before any discount."""
        self.worths: Final = Worths(self)
        self.truths: Final = Truths(self)
        self.run: Run | None = None
        """For `alone`: the pipeline before its first candidate, opened when first needed."""
        self._values: dict[Component, Any] = {}
        self._admitted: dict[Category | None, bool] = {}

    def value(self, component: Component) -> Any:
        """A frozen set of words; for thresholds a number (negated for AT_MOST), None = not there."""
        found = self._values.get(component, self)
        if found is self:
            found = self._values[component] = self._read(component)
        return found

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.query.time_zone)

    @cached_property
    def opening(self) -> OrderState | None:
        """The order before any discount, with all its books."""
        return None if self.query.basket is None else open_order(self.query.basket)

    @cached_property
    def scene(self) -> Scene:
        """For rules that ask nothing about the candidate."""
        return Scene(situation=self.situation(_NOBODY))

    def situation(self, candidate: Candidate) -> Situation:
        return Situation(
            snapshot=self.query,
            candidate=candidate,
            zone=self.zone,
            before=self.opening,
            lines=self.lines,
        )

    @cached_property
    def line_values(self) -> tuple[int | None, ...]:
        """What each line is worth, of a plain order."""
        return tuple([line.value for line in self.lines])

    @cached_property
    def payable(self) -> int:
        """Of a plain order."""
        return self.amount or 0

    @cached_property
    def lines_of(self) -> Mapping[str, list[int]]:
        """Indices of the lines whose article has a word."""
        found: dict[str, list[int]] = {}
        for index, line in enumerate(self.lines):
            for word in words.of_line(line):
                places = found.setdefault(word, [])
                if not places or places[-1] != index:
                    places.append(index)
        return found

    def lines_with(self, wanted: tuple[str, ...]) -> list[int]:
        """Indices of the lines that have any of the words, in request order."""
        if len(wanted) == 1:
            return self.lines_of.get(wanted[0], [])
        return sorted({index for word in wanted for index in self.lines_of.get(word, ())})

    @cached_property
    def extents(self) -> Mapping[str, Extent]:
        """How much of a plain order a discount can be about, by the values of `bounds.Over`."""
        return extents.of(self)

    def admits(self, category: Category | None) -> bool:
        """The limits of the stacking rules leave room for a first one of the category."""
        found = self._admitted.get(category)
        if found is None:
            candidate = Candidate(key="", discount=_NOBODY.discount, category=category)
            found = stacking.Tally(self.query.stacking_rules).limit_reached(candidate) is None
            self._admitted[category] = found
        return found

    def must_have_effect(self, category: Category | None) -> bool:
        """One that takes nothing off is skipped; that cannot be told of an order without an amount."""
        if self.amount is None:
            return False
        return self.query.stacking_rules.no_effect_rule(category) is NoEffectRule.SKIP

    def _read(self, component: Component) -> Any:
        if component.kind is Kind.NEVER:
            return _NONE
        if component.kind is Kind.WORDS or component.kind is Kind.NO_WORDS:
            return self._words(component)
        number = self._number(component)
        return -number if number is not None and component.kind is Kind.AT_MOST else number

    def _words(self, component: Component) -> frozenset[str]:
        customer, call = self.query.customer, self.query.call
        name = component.property or ""
        match component.name:
            case "order.items.any" | "order.items.none":
                if self.is_plain and all(line.quantity for line in self.lines):
                    return frozenset(self.lines_of)
                bought = [line for line in self.lines if _bought(line)]
                return frozenset(word for line in bought for word in words.of_line(line))
            case "customer.segment":
                value: Any = None if customer is None else customer.segments
            case "customer.loyalty_tier":
                value = None if customer is None else customer.loyalty_tiers
            case "customer.metadata":
                value = None if customer is None else customer.metadata.get(name)
            case "order.metadata":
                value = None if self.query.basket is None else self.query.basket.metadata.get(name)
            case "redemption.metadata":
                value = call.metadata.get(name)
            case "redemption.api_key":
                value = call.api_key
            case "redemption.user.login":
                value = call.user_login
            case _:
                raise ValueError(f"no words are known for {component.name}")
        return frozenset(words.given(value))

    def _number(self, component: Component) -> int | None:
        match component.name:
            case "":
                return self.now
            case "order.amount":
                if self.is_plain:
                    return self.amount
                return None if self.opening is None else self.opening.total_amount
            case "order.initial_amount":
                return None if self.opening is None else self.opening.initial_amount
            case "campaign.orders.amount":
                return self.amount or 0
            case "order.items.count":
                return sum([_bought(line) for line in self.lines]) if self.has_order else None
            case _:
                raise ValueError(f"no number is known for {component.name}")


class Worths(dict["Deal", int | None]):
    """What each deal takes off the order, None = it does not apply; calculated when first asked."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, deal: Deal) -> int | None:
        found = self[deal] = deal.worth(self._facts)
        return found


class Truths(dict["Predicate", bool]):
    """Whether each predicate holds for the request; decided when first asked."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __missing__(self, predicate: Predicate) -> bool:
        found = self[predicate] = predicate.holds(self._facts)
        return found


def _bought(line: Any) -> int:
    quantity: int = line.quantity if line.initial_quantity is None else line.initial_quantity
    return quantity


def _is_plain(line: Any) -> bool:
    return (
        not line.discount_amount
        and line.initial_quantity is None
        and line.initial_amount is None
        and not line.discount_quantity
    )
