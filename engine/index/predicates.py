"""Conditions that are decided once per request and shared by every candidate that asks for the same.

What cannot be said in bitmaps is verified by these. `names` are the rule names that, left out, fulfil it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Final, Protocol

from engine import timeframes
from engine.index.components import Clause, Component, Kind, Value
from engine.index.words import Names
from engine.rules.families import REGISTRY
from engine.rules.judge import decide
from engine.rules.logic import satisfied
from engine.rules.tree import Operator, Rule, RuleSet
from engine.rules.values import Number
from engine.validity import Validity, local

if TYPE_CHECKING:
    from engine.index.facts import Facts

COMPARISONS: Final[dict[Operator, Callable[[Number, Number], bool]]] = {
    Operator.MORE_THAN: gt,
    Operator.MORE_THAN_OR_EQUAL: ge,
    Operator.LESS_THAN: lt,
    Operator.LESS_THAN_OR_EQUAL: le,
}

ABOUT_CANDIDATE: Final = frozenset(
    {"publication.redeemable_by_linked_customer"}
    | {name for name, family in REGISTRY.items() if family.is_counter or family.is_about_result}
)
"""Rules that read the candidate or its result: nothing that a request could decide for all."""


class Predicate(Protocol):
    def holds(self, facts: Facts) -> bool: ...


def is_about_request(rule: Rule) -> bool:
    """Does the rule, with its subrules, only ask about the request?"""
    return rule.name not in ABOUT_CANDIDATE and all(is_about_request(below) for below in rule.rules)


@dataclass(frozen=True, eq=False, slots=True)
class RuleHolds:
    """One rule with its subrules, as `rules.judge` decides it."""

    rule: Rule

    def holds(self, facts: Facts) -> bool:
        return decide(self.rule, facts.scene, facts.omit) is not False


@dataclass(frozen=True, eq=False, slots=True)
class RuleSetHolds:
    """A whole rule set whose logic is too wide for the index."""

    rule_set: RuleSet

    def holds(self, facts: Facts) -> bool:
        by_key = {rule.key: rule for rule in self.rule_set.rules}
        return satisfied(
            self.rule_set.logic, lambda key: decide(by_key[key], facts.scene, facts.omit) is not False
        )


@dataclass(frozen=True, eq=False, slots=True)
class IsOpen:
    """Recurring windows, weekdays, hours."""

    validity: Validity

    def holds(self, facts: Facts) -> bool:
        here = local(self.validity, written_in=facts.query.written_in, zone=facts.zone)
        return timeframes.is_open(here, facts.query.now, facts.zone)


@dataclass(frozen=True, eq=False, slots=True)
class Met:
    """What bitmaps could say, of a rule that is one of several: all of `needs` are there."""

    needs: tuple[Clause, ...]

    def holds(self, facts: Facts) -> bool:
        for clause in self.needs:
            for one, value in clause:
                if _is_met(one, value, facts):
                    break
            else:
                return False
        return True


@dataclass(frozen=True, eq=False, slots=True)
class EnoughOf:
    """The commonest product rule without going through the tree: the units, or the amount, of some articles.

    `rule` decides where the order carries earlier discounts or rules about items are left out.
    """

    rule: Rule
    names: Names
    is_amount: bool
    compares: Callable[[Number, Number], bool]
    limit: Number
    least: int | None
    """The same as a whole number that is enough, None where it cannot be said like this."""

    def holds(self, facts: Facts) -> bool:
        contents = facts.contents
        if not facts.sums_decide:
            return decide(self.rule, facts.scene, facts.omit) is not False
        total = contents.sum_at(contents.lines_with(self.names))[self.is_amount]
        return total is not None and self.compares(total, self.limit)


def _is_met(asked: Component, value: Value, facts: Facts) -> bool:
    actual = facts.values[asked]
    if isinstance(value, int):
        return bool(actual >= value)
    has_none: bool = actual.isdisjoint(value)
    return has_none if asked.kind is Kind.NO_WORDS else not has_none
