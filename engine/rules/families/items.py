"""Which articles are in the order: any, every, none, the cheapest, the most expensive. Contract: 11.4.

A rule matches lines (`$is`, `$is_not`, `$from`, all of its conditions); its subrules ask about these lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from engine.items import ItemRef, matches
from engine.rules.families.base import Family, Group, Kind, Scene, lines_of, present, price
from engine.rules.operators import test
from engine.rules.tree import Condition, Operator, Rule

SIZES: Final = frozenset({Operator.COUNT, Operator.COUNT_MORE, Operator.COUNT_LESS})
NOT_THESE: Final = frozenset({Operator.IS_NOT, Operator.NOT_IN})
_NAMES = {
    "any": "an item of the order",
    "every": "every item of the order",
    "none": "no item of the order",
    "cheapest": "the cheapest item",
    "most_expensive": "the most expensive item",
}


class Quantifier(StrEnum):
    """Last word of the rule's name."""

    ANY = "any"
    EVERY = "every"
    NONE = "none"
    CHEAPEST = "cheapest"
    MOST_EXPENSIVE = "most_expensive"


_EXTREMES: Final[dict[Quantifier, Callable[[list[int]], int]]] = {
    Quantifier.CHEAPEST: min,
    Quantifier.MOST_EXPENSIVE: max,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """`order.items.<quantifier>`.

    `none` with subrules says that the lines it names do not meet them: it is what `any` is not.
    """

    quantifier: Quantifier
    kind: Kind = Kind.ITEM
    group: Group = Group.ORDER
    facts: frozenset[str] = frozenset({"order"})
    needs_property: bool = False
    needs_conditions: bool = False
    is_about_result: bool = False
    is_counter: bool = False
    is_per_customer: bool = False

    @property
    def name(self) -> str:
        return f"order.items.{self.quantifier}"

    @property
    def title(self) -> str:
        return _NAMES[self.quantifier]

    @property
    def is_negation(self) -> bool:
        return self.quantifier is Quantifier.NONE

    @property
    def is_each(self) -> bool:
        return self.quantifier not in (Quantifier.ANY, Quantifier.NONE)

    def test(self, scene: Scene, rule: Rule) -> bool | None:
        lines = lines_of(scene)
        found = self.matched(scene, rule)
        if not _has_size(scene, rule, found):
            return self.is_negation
        if self.is_negation:
            return not found
        if self.quantifier is Quantifier.EVERY:
            return bool(lines) and len(found) == len(lines)
        if self.quantifier is Quantifier.ANY:
            return bool(found)
        return bool(found) and all(_is_meant(scene, line, rule) for line in found)

    def matched(self, scene: Scene, rule: Rule) -> tuple[int, ...]:
        lines = lines_of(scene)
        extreme = _EXTREMES.get(self.quantifier)
        if extreme is None:
            return tuple(line for line in lines if _is_meant(scene, line, rule))
        prices = {line: price(scene, line) for line in lines if _is_from(scene, line, rule)}
        priced = present(prices.values())
        limit = extreme(priced) if priced else None
        return tuple(line for line, own in prices.items() if own is not None and own == limit)

    def actual(self, scene: Scene, rule: Rule) -> Any:
        return self.matched(scene, rule)


def is_item(scene: Scene, line: int, condition: Condition) -> bool:
    """Does the line meet one condition on articles?"""
    article = scene.situation.lines[line]
    found = any(matches(item, article) for item in condition.operands if isinstance(item, ItemRef))
    return found is not (condition.operator in NOT_THESE)


def _is_meant(scene: Scene, line: int, rule: Rule) -> bool:
    return all(
        is_item(scene, line, condition) for condition in rule.conditions if condition.operator not in SIZES
    )


def _is_from(scene: Scene, line: int, rule: Rule) -> bool:
    return all(
        is_item(scene, line, condition)
        for condition in rule.conditions
        if condition.operator is Operator.FROM
    )


def _has_size(scene: Scene, rule: Rule, found: tuple[int, ...]) -> bool:
    return all(
        test(condition, found, scene.clock) for condition in rule.conditions if condition.operator in SIZES
    )


FAMILIES: Final[tuple[Family, ...]] = tuple(Items(quantifier=quantifier) for quantifier in Quantifier)
