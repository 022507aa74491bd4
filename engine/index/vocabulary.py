"""What equal candidates share: words, rules as they are asked, discounts. It grows with what is different.

One per index and used by its writer only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from engine.index import leaves
from engine.index.components import Component, FamilyKey, Value
from engine.index.predicates import Predicate, RuleHolds
from engine.rules.tree import Logic, Rule


class Vocabulary:
    """Gives the same object for equal values."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._words: dict[str, str] = {}

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
        """A rule as the index sees it, its texts and key apart."""
        return self.shared(_meaning(rule), lambda: self._spelled(leaves.read(rule)))

    def predicate(self, rule: Rule) -> Predicate:
        """The whole of a rule, to be verified."""
        return self.shared(("whole", _meaning(rule)), lambda: RuleHolds(rule))

    def family(self, key: FamilyKey) -> FamilyKey:
        return self.shared(key, lambda: key)

    def value(self, value: Value) -> Value:
        """The same value from shared words, each of them once."""
        if isinstance(value, tuple):
            return tuple(self.word(word) for word in dict.fromkeys(value))
        return value

    def component(self, component: Component) -> Component:
        return self.shared(component, lambda: component)

    def word(self, word: str) -> str:
        return self._words.setdefault(word, word)

    def _spelled(self, asked: leaves.Asked) -> leaves.Asked:
        needs: list[tuple[Component, Value]] = []
        for component, value in asked.needs:
            known = self.component(component)
            needs.append((known, value if isinstance(value, int) else tuple(map(self.word, value))))
        return leaves.Asked(asked.names, tuple(needs), asked.rest, asked.is_open)


def _meaning(rule: Rule) -> Hashable:
    below: tuple[Logic | Hashable, ...] = ()
    if rule.rules:
        below = (rule.logic, *((one.key, _meaning(one)) for one in rule.rules))
    conditions = tuple([(one.operator, one.operands) for one in rule.conditions])
    return (rule.name, rule.property, conditions, below)
