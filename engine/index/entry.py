"""A candidate as the blocks keep it: what it asks of a request, what is left to verify, what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from engine.index.alone import worth_alone
from engine.index.components import FamilyKey, Value
from engine.index.deals import Deal
from engine.index.facts import Facts
from engine.index.predicates import Predicate
from engine.snapshot import Candidate

BUDGET: Final = "campaign.orders.amount_discounted"


@dataclass(frozen=True, eq=False, slots=True)
class Check:
    """One of `predicates` must hold, or one of `names` be left out."""

    names: frozenset[str]
    predicates: tuple[Predicate, ...]

    def holds(self, facts: Facts) -> bool:
        if facts.omit and not facts.omit.isdisjoint(self.names):
            return True
        truths = facts.truths
        return any(truths[predicate] for predicate in self.predicates)


@dataclass(frozen=True, eq=False, slots=True)
class Residue:
    """What bitmaps do not say about a candidate. Equal ones are shared as far as they can be.

    `room` is what a budget of discounts (`BUDGET`) leaves for this one. `candidate` stands here when only its
    own evaluation can decide, which is not needed where all rules of `unless` are left out.
    """

    checks: tuple[Check, ...] = ()
    room: int | None = None
    candidate: Candidate | None = None
    unless: frozenset[str] = frozenset()

    def worth(self, facts: Facts, deal: Deal) -> int | None:
        """The worth of a candidate that passed the bitmaps, None when it does not apply after all."""
        checks = facts.checks
        for check in self.checks:
            if not checks[check]:
                return None
        if self.candidate is not None and not (self.unless and self.unless <= facts.omit):
            return worth_alone(facts, self.candidate)
        worth = facts.worths[deal]
        if self.room is not None and worth is not None and worth > self.room and BUDGET not in facts.omit:
            return None
        return worth


class Entry(NamedTuple):
    """`asks` are the clauses that bitmaps hold, by family; one value for each component of the family."""

    key: int
    rank: int
    deal: Deal
    residue: Residue | None
    asks: tuple[tuple[FamilyKey, tuple[Value, ...]], ...]
