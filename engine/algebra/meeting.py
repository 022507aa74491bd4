"""Do two promotions ever meet? A proof that they do not, an example that they do, or what cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final

from engine.algebra import figures
from engine.algebra.figures import Figures
from engine.algebra.joints import Branch, Joint, OnLines
from engine.algebra.judging import changes, tried
from engine.algebra.literals import After, Each, Measure, Sum
from engine.algebra.planning import Plan
from engine.algebra.profiles import Profile, profile
from engine.algebra.shapes import Answer, Aspect, Clash, Meeting, Obstacle, Opaque, Side, Witness
from engine.algebra.world import World
from engine.outcome import Step
from engine.reasons import ReasonKey
from engine.rules.tree import RuleSet
from engine.snapshot import Candidate
from engine.spans import Spans

_MOST_PAIRS: Final = 96
"""Pairs of alternatives that are looked at."""
_MOST_TRIES: Final = 14
"""How often the engine is asked about a purchase."""
_PLANS: Final = (
    Plan(),
    Plan(merges=False),
    Plan(turn=1),
    Plan(merges=False, turn=1),
)
_REFINED: Final = 5


@dataclass(slots=True)
class _Search:
    """What has been found out so far."""

    left: Profile
    right: Profile
    world: World
    openings: Spans
    tries: int = _MOST_TRIES
    clash: Clash | None = None
    opaque: list[Opaque] = field(default_factory=list)
    is_open: bool = False
    """Is there a pair of alternatives without a proof?"""

    def run(self) -> Meeting:
        pairs = sorted(
            product(self.left.branches, self.right.branches), key=lambda pair: pair[0].cost + pair[1].cost
        )
        if len(pairs) > _MOST_PAIRS:
            self.is_open = True
            self._blame(self.left.key, Aspect.ORDER, Obstacle.LOGIC, "too many alternatives")
        for left, right in pairs[:_MOST_PAIRS]:
            joint = Joint.of(left, right, self.world)
            clash = joint.clash(self.openings)
            if clash is not None:
                if self.clash is None or (_is_one_sided(self.clash) and not _is_one_sided(clash)):
                    self.clash = clash
                continue
            self.is_open = True
            found = self._confirmed(joint, left, right)
            if found is not None:
                return Meeting(answer=Answer.OVERLAPS, witness=found)
            self.opaque += (*left.opaque, *right.opaque)
        if not self.is_open:
            return Meeting(answer=Answer.DISJOINT, clash=_in_order(self.clash, self.left.key))
        return Meeting(answer=Answer.UNKNOWN, opaque=self._named())

    def _confirmed(self, joint: Joint, left: Branch, right: Branch) -> Witness | None:
        """A purchase that the engine gives both for."""
        known: list[Witness] = []
        for plan in _PLANS:
            more: list[OnLines] = []
            past: list[tuple[int, int]] = []
            for _ in range(_REFINED):
                made = joint.witness(self.openings, plan, more)
                if made is None or made[0] in known:
                    break
                witness, is_assumed = made
                known.append(witness)
                steps = self._steps(witness)
                if steps is None:
                    return None
                if all(changes(step) for step in steps):
                    if not is_assumed:
                        return witness
                    self._blame(self.left.key, Aspect.PRODUCTS, Obstacle.COLLECTION, "collection")
                    break
                refined = self._refined(witness, left, right, past)
                if refined is None:
                    break
                more = [refined]
        return None

    def _steps(self, witness: Witness) -> Sequence[Step] | None:
        if self.tries <= 0:
            return None
        self.tries -= 1
        step = tried(self.left.candidate, witness, world=self.world)
        self._note(step, self.left)
        if not changes(step):
            return (step,)
        other = tried(self.right.candidate, witness, world=self.world)
        self._note(other, self.right)
        return (step, other)

    def _note(self, step: Step, side: Profile) -> None:
        if step.reason is not None and step.reason.key is ReasonKey.BUDGET_EXCEEDED:
            self._blame(side.key, Aspect.EFFECT, Obstacle.BUDGET, step.reason.details or "budget")

    def _refined(
        self, witness: Witness, left: Branch, right: Branch, past: list[tuple[int, int]]
    ) -> OnLines | None:
        """An amount of the order at which the result is as the rules about it want it."""
        for side, branch in ((self.left, left), (self.right, right)):
            for after in branch.after:
                found = _nearer(after, side, witness, self.world, past)
                if found is not None:
                    return found
        return None

    def _blame(self, key: str, aspect: Aspect, kind: Obstacle, what: str) -> None:
        self.opaque.append(Opaque(key=key, aspect=aspect, kind=kind, what=what))

    def _named(self) -> tuple[Opaque, ...]:
        found = tuple(dict.fromkeys((*self.opaque, *self.left.opaque, *self.right.opaque)))
        if found:
            return found
        return (Opaque(key=self.left.key, aspect=Aspect.ORDER, kind=Obstacle.SEARCH, what="order"),)


def meet(left: Side | Profile, right: Side | Profile, *, world: World, openings: Spans) -> Meeting:
    """Can one purchase, at one instant within `openings`, get `left` and can it get `right`, each alone?

    `openings` are when both are open; rules about time cut them further. Sides are compiled on the way:
    whoever asks about many pairs passes profiles.
    """
    if not openings:
        return Meeting(answer=Answer.DISJOINT, clash=Clash(aspect=Aspect.TIME))
    first = left if isinstance(left, Profile) else profile(left, world)
    second = right if isinstance(right, Profile) else profile(right, world)
    for one in (first, second):
        if one.is_impossible:
            return Meeting(answer=Answer.DISJOINT, clash=one.clash)
    return _Search(first, second, world, openings).run()


def _is_one_sided(clash: Clash) -> bool:
    return clash.left is None or clash.right is None or clash.left.key == clash.right.key


def _in_order(clash: Clash | None, key: str) -> Clash | None:
    """The ground of the left promotion first."""
    if clash is None or clash.left is None:
        return clash
    if clash.right is None or clash.left.key == key or clash.right.key != key:
        return clash
    return replace(clash, left=clash.right, right=clash.left)


def _nearer(
    after: After, side: Profile, witness: Witness, world: World, past: list[tuple[int, int]]
) -> OnLines | None:
    """What to ask of the order next; None when the result is already fine, or nothing can be said.

    Discounts on items follow the prices of their articles, the others the amount of the order: `past` are
    amounts that were tried, with the results. After two of them the next one lies on their line.
    """
    order = tried(_bare(side.candidate), witness, world=world).order
    if order is None or order.amount is None or order.total_amount is None or witness.basket is None:
        return None
    amount, taken = order.amount, order.total_applied_discount_amount
    found = taken if after.is_discount else order.total_amount
    wanted = after.figures.near(found)
    if found in after.figures or wanted is None:
        return None
    past.append((amount, found))
    if after.is_discount and side.target_scope is not None and len(past) % 2 == 0:
        prices = [line.price for line in witness.basket.lines if line.price]
        price = max(prices, default=0) * wanted // found if found else wanted
        return Each(side.target_scope, after.ground, price=_exactly(price))
    target = amount * wanted // found if found else amount + wanted
    if not after.is_discount and not wanted:
        target = taken  # an order that the discount pays wholly
    if len(past) > 1 and past[-2][1] != found:
        before, earlier = past[-2]
        target = amount + (wanted - found) * (amount - before) // (found - earlier)
    elif target == amount:
        target = wanted + taken
    worth = _exactly(target)
    if len(past) == 1:
        worth = figures.at_most(target) if target < amount else figures.at_least(target)
    return Sum((), Measure.AMOUNT, worth, figures.ANY, after.ground)


def _exactly(figure: int) -> Figures:
    return Figures(((max(figure, 0), max(figure, 0)),))


def _bare(candidate: Candidate) -> Candidate:
    """Without conditions: what the discount does when they are met."""
    rules = tuple(
        RuleSet(applicable_to=one.applicable_to, bundle=one.bundle)
        for one in candidate.rules
        if one.bundle is not None or not one.applicable_to.is_empty
    )
    return replace(candidate, rules=rules)
