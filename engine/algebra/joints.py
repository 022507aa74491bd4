"""One way to get one promotion together with one way to get another: a proof that there is nothing in common,
or a purchase that should do for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Self
from zoneinfo import ZoneInfo

from engine.algebra import figures, instants, people, proofs
from engine.algebra.cart import Cart
from engine.algebra.literals import (
    After,
    Ask,
    Bar,
    Each,
    Extreme,
    Need,
    Points,
    Ref,
    Subject,
    Sum,
)
from engine.algebra.planning import Plan, Planner
from engine.algebra.problem import Problem, gather
from engine.algebra.shapes import Clash, Ground, Opaque, Witness
from engine.algebra.world import Catalogue, World
from engine.basket import Basket, Line
from engine.rules.operators import Clock
from engine.snapshot import Call, Customer
from engine.spans import Spans

type OnLines = Need | Bar | Each | Sum | Extreme

ALWAYS: Final[Spans] = ((datetime(2, 1, 1, tzinfo=UTC), None),)
"""All the time there is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """One way to get a promotion: conditions by the fact that they are about, and what the order must hold.

    `after` are conditions on the result, `opaque` what only an evaluation can tell.
    """

    values: Mapping[Subject, tuple[Ask, ...]]
    moments: tuple[Ask, ...] = ()
    points: tuple[Points, ...] = ()
    lines: tuple[OnLines, ...] = ()
    after: tuple[After, ...] = ()
    opaque: tuple[Opaque, ...] = ()
    refs: frozenset[Ref] = frozenset()

    @property
    def cost(self) -> int:
        """How much there is to meet."""
        return 3 * len(self.opaque) + len(self.values) + len(self.moments) + len(self.lines)


@dataclass(frozen=True, slots=True)
class Joint:
    """What both branches ask, put together."""

    world: World
    zone: ZoneInfo
    values: Mapping[Subject, tuple[Ask, ...]]
    moments: tuple[Ask, ...]
    points: tuple[Points, ...]
    lines: tuple[OnLines, ...]
    catalogue: Catalogue

    @classmethod
    def of(cls, left: Branch, right: Branch | None, world: World) -> Self:
        """`right` None: what `left` asks alone."""
        if right is None:
            values, moments, points, lines, refs = (
                left.values,
                left.moments,
                left.points,
                left.lines,
                left.refs,
            )
        else:
            values = _merged(left.values, right.values)
            moments, points = (*left.moments, *right.moments), (*left.points, *right.points)
            lines, refs = (*left.lines, *right.lines), left.refs | right.refs
        zone = ZoneInfo(world.zone)
        return cls(world, zone, values, moments, points, lines, world.catalogue(refs))

    def clash(self, openings: Spans) -> Clash | None:
        """Why nothing meets all of it, when that is certain."""
        clock = Clock(now=openings[0][0], zone=self.zone)
        pair = people.unmet(self.values, clock, self.world)
        if pair is not None:
            return clash_of(pair[0].ground, None if pair[1] is None else pair[1].ground)
        return self._points() or self._time(openings) or self._order(clock)

    def _points(self) -> Clash | None:
        wanted = figures.ANY
        for one in self.points:
            wanted = wanted & one.figures
            if not wanted:
                other = next((o for o in self.points if not o.figures & one.figures), one)
                return clash_of(other.ground, None if other is one else one.ground)
        return None

    def _time(self, openings: Spans) -> Clash | None:
        if not self.moments:
            return None
        found, is_whole = instants.within(openings, self.moments, self.zone)
        if found or not (is_whole or instants.never_together(self.moments, self.zone)):
            return None
        first = self.moments[0].ground
        other = next((ask.ground for ask in self.moments if ask.ground.key != first.key), None)
        if other is None and len(self.moments) > 1:
            other = self.moments[1].ground
        return clash_of(first, other)

    def _order(self, clock: Clock) -> Clash | None:
        if not self.catalogue.is_whole:
            return None
        grounds = proofs.refuted(self.problem(), clock, self.world)
        return None if grounds is None else clash_of(*grounds)

    def problem(self, more: Sequence[OnLines] = ()) -> Problem:
        """What is asked of the order, and `more`."""
        return gather((*self.lines, *more), self.catalogue)

    def witness(
        self, openings: Spans, plan: Plan, more: Sequence[OnLines] = ()
    ) -> tuple[Witness, bool] | None:
        """A purchase that should do, and whether it rests on what nobody knows; None when none was found."""
        found, _ = instants.within(openings, self.moments, self.zone)
        if not found:
            return None
        at = instants.chosen(found, self.zone)
        clock = Clock(now=at, zone=self.zone)
        customer = people.customer_for(self.values, clock, self.world)
        if customer is None:
            return None
        cart = Cart(Planner(self.problem(more), plan, clock, self.world))
        basket = self._basket(cart, clock)
        call = self._call(clock)
        if basket is None or call is None:
            return None
        who = customer if isinstance(customer, Customer) else None
        return Witness(customer=who, basket=basket, call=call, at=at), cart.is_assumed

    def _basket(self, cart: Cart, clock: Clock) -> Basket | None:
        lines = cart.lines()
        metadata = people.facts_for(self.values, "order.metadata", clock, self.world)
        if lines is None or metadata is None:
            return None
        return Basket(lines=lines or self._anything(cart.planner.problem), metadata=metadata)

    def _anything(self, problem: Problem) -> tuple[Line, ...]:
        """Something to buy where nothing is asked for."""
        last = len(self.catalogue.parts) - 1
        price = problem.price_at(last).near(self.catalogue.parts[last].lines[0].price or 1_000)
        is_free = not problem.totals and not problem.likes and problem.allowed >> last & 1
        return (replace(self.catalogue.parts[last].lines[0], price=price),) if is_free else ()

    def _call(self, clock: Clock) -> Call | None:
        metadata = people.facts_for(self.values, "redemption.metadata", clock, self.world)
        api_key = people.text_for(self.values, "redemption.api_key", clock, self.world)
        login = people.text_for(self.values, "redemption.user.login", clock, self.world)
        if metadata is None or api_key is None or login is None:
            return None
        wanted = figures.ANY
        for one in self.points:
            wanted = wanted & one.figures
        points = None if wanted.missing else wanted.from_(0)
        if not wanted:
            return None
        return Call(api_key=api_key[0], user_login=login[0], metadata=metadata, points_used=points)


def clash_of(left: Ground, right: Ground | None) -> Clash:
    """What it is about: the more telling of the two."""
    aspect = left.aspect
    if right is not None and left.rule is None and right.rule is not None:
        aspect = right.aspect
    return Clash(aspect=aspect, left=left, right=right)


def _merged(
    left: Mapping[Subject, tuple[Ask, ...]], right: Mapping[Subject, tuple[Ask, ...]]
) -> Mapping[Subject, tuple[Ask, ...]]:
    if not left or not right:
        return left or right
    return {
        subject: (*left.get(subject, ()), *right.get(subject, ()))
        for subject in dict.fromkeys((*left, *right))
    }
