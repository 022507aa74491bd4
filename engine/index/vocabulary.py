"""What equal candidates share: words, rules as they are asked, discounts. It grows with what is different.

One per index and used by its writer only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final

from engine.index import leaves
from engine.index.amounts import Amounts
from engine.index.components import ENOUGH, Clause, Component, FamilyKey, Kind, Value, component
from engine.index.predicates import EnoughOf, Met, Predicate
from engine.rules.tree import Logic, Rule

_REMEMBERED: Final = 4096


class Vocabulary:
    """Gives the same object for equal values."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._single: dict[Component, FamilyKey] = {}
        self._words: dict[str, str] = {}
        self._recent: dict[Hashable, leaves.Asked] = {}
        self.amounts = Amounts()

    def shared[T](self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave for `key` first; without sharing where the key cannot be hashed."""
        try:
            found: T | None = self._known.get(key)
        except TypeError:
            return make()
        if found is None:
            found = self._known[key] = make()
        return found

    def asked(self, rule: Rule) -> leaves.Asked:
        """A rule as the index sees it, its texts and key apart.

        What bitmaps say wholly is only remembered for a while: nobody needs to share it.
        """
        meaning = _meaning(rule)
        try:
            found: leaves.Asked | None = self._recent.get(meaning) or self._known.get(meaning)
        except TypeError:
            return self._spelled(leaves.read(rule))
        if found is None:
            found = self._spelled(leaves.read(rule))
            if found.rest is not None:
                self._known[meaning] = found
            else:
                self._remember(meaning, found)
        return found

    def _remember(self, meaning: Hashable, asked: leaves.Asked) -> None:
        if len(self._recent) >= _REMEMBERED:
            self._recent = {}
        self._recent[meaning] = asked

    def predicate(self, asked: leaves.Asked) -> Predicate:
        """The whole of a rule, to be verified."""
        return asked.rest or self.shared(("met", asked.needs), lambda: Met(asked.needs))

    def family(self, clause: Clause) -> FamilyKey:
        """The family that holds a clause."""
        if len(clause) > 1:
            return self._numbered(tuple([one for one, _ in clause]), 0)
        only = clause[0][0]
        return self._single.get(only) or self._single.setdefault(only, ((only,), 0))

    def next_family(self, key: FamilyKey) -> FamilyKey:
        """For a candidate that asks for the same once more."""
        return self._numbered(key[0], key[1] + 1)

    def _numbered(self, components: tuple[Component, ...], number: int) -> FamilyKey:
        key = (components, number)
        return self.shared(key, lambda: key)

    def value(self, value: Value) -> Value:
        """The same value from shared words, each of them once."""
        if isinstance(value, tuple):
            return tuple(self.word(word) for word in dict.fromkeys(value))
        return value

    def word(self, word: str) -> str:
        return self._words.setdefault(word, word)

    def _spelled(self, asked: leaves.Asked) -> leaves.Asked:
        needs = tuple(tuple((one, self.value(value)) for one, value in clause) for clause in asked.needs)
        rest = asked.rest
        if isinstance(rest, EnoughOf) and rest.least is not None:
            # Said by a word of its own, so that nothing is left to verify.
            enough = component(Kind.WORDS, rest.rule.name, ENOUGH)
            needs, rest = (((enough, (self.amounts.word(rest, rest.least),)),),), None
        return leaves.Asked(asked.names, needs, rest, asked.is_open)


def _meaning(rule: Rule) -> Hashable:
    below: tuple[Logic | Hashable, ...] = ()
    if rule.rules:
        below = (rule.logic, *((one.key, _meaning(one)) for one in rule.rules))
    conditions = tuple([(one.operator, one.operands) for one in rule.conditions])
    return (rule.name, rule.property, conditions, below)


def by_family(
    clauses: list[Clause], vocabulary: Vocabulary
) -> tuple[tuple[FamilyKey, tuple[Value, ...]], ...]:
    """The clauses under the families that hold them."""
    found: dict[FamilyKey, tuple[Value, ...]] = {}
    for clause in clauses:
        key = vocabulary.family(clause)
        while key in found:
            key = vocabulary.next_family(key)
        found[key] = tuple([value for _, value in clause])
    return tuple(found.items())
