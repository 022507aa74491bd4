"""Conditions that are decided once per request and shared by every candidate that asks for the same.

What cannot be said in bitmaps is verified by these. `names` are the rule names that, left out, fulfil it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING, Final, Protocol

from engine import timeframes
from engine.rules.families import REGISTRY
from engine.rules.judge import decide
from engine.rules.logic import satisfied
from engine.rules.tree import Operator, Rule, RuleSet
from engine.rules.values import Number
from engine.validity import Validity

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
        return timeframes.is_open(self.validity, facts.query.now, facts.zone)


@dataclass(frozen=True, eq=False, slots=True)
class EnoughOf:
    """The commonest product rule without going through the tree: the units, or the amount, of some articles.

    `rule` decides where the order carries earlier discounts or rules are left out.
    """

    rule: Rule
    words: tuple[str, ...]
    is_amount: bool
    compares: Callable[[Number, Number], bool]
    limit: Number

    def holds(self, facts: Facts) -> bool:
        if not facts.is_plain or facts.omit:
            return decide(self.rule, facts.scene, facts.omit) is not False
        lines = [at for at in facts.lines_with(self.words) if facts.lines[at].quantity]
        if not lines:
            return False
        if not self.is_amount:
            return self.compares(sum([facts.lines[at].quantity for at in lines]), self.limit)
        values = [value for at in lines if (value := facts.line_values[at]) is not None]
        return bool(values) and self.compares(sum(values), self.limit)
