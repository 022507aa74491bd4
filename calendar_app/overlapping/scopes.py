"""What an item is for, read off its rules in words that are compared by the thousand: products, segments.

Only what must hold is read; whatever is not plain counts as "can be" and is left to the rule algebra.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine import Article, Candidate
from engine.algebra import World
from engine.effects import DiscountEffect, DiscountType
from engine.items import ItemObject, ItemRef
from engine.rules.families.customer import SEGMENT
from engine.rules.tree import All, Leaf, Logic, Operator, Rule, RuleSet

_ON_ITEMS: Final = frozenset(
    {
        DiscountEffect.APPLY_TO_ITEMS,
        DiscountEffect.APPLY_TO_ITEMS_BY_QUANTITY,
        DiscountEffect.APPLY_TO_ITEMS_PROPORTIONALLY,
        DiscountEffect.APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY,
    }
)
ALL_PRODUCTS: Final = "pc_all"
_API_KEY: Final = "redemption.api_key"
_IN: Final = (Operator.IS, Operator.IN)
_OUT: Final = (Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT)


@dataclass(frozen=True, slots=True)
class Audience:
    """A customer must be in one of each of `inside`, and in none of `outside`. Ids of segments."""

    inside: frozenset[frozenset[str]] = frozenset()
    outside: frozenset[str] = frozenset()


def targets(candidate: Candidate) -> tuple[ItemRef, ...] | None:
    """The products, SKUs and collections that its discount is for; None: every article, or nobody knows."""
    effect = candidate.discount
    if effect is None or effect.effect not in _ON_ITEMS or effect.type is DiscountType.GIFT:
        return None
    for rule_set in candidate.rules:
        applicable = rule_set.applicable_to
        if applicable.is_empty:
            continue
        if applicable.included_all or not applicable.included:
            return None
        return tuple(entry.item for entry in applicable.included)
    return None


def excluded(candidate: Candidate) -> tuple[ItemRef, ...]:
    """The articles that its discount is never for; one on the order spares none."""
    if not is_on_items(candidate):
        return ()
    found = next((one.applicable_to for one in candidate.rules if not one.applicable_to.is_empty), None)
    return () if found is None else tuple(entry.item for entry in found.excluded)


def is_on_items(candidate: Candidate) -> bool:
    """Does it lower single lines, not the order?"""
    effect = candidate.discount
    return effect is not None and effect.effect in _ON_ITEMS


class Articles:
    """Products by whatever they are called; what belongs to one product is the same here."""

    def __init__(self, world: World) -> None:
        self._collections = world.collections
        self._product: dict[str, str] = {}
        for one in world.articles.values():
            self._learn(one)
        self._kept: dict[tuple[ItemRef, ...], frozenset[str] | None] = {}

    def of(self, items: tuple[ItemRef, ...] | None) -> frozenset[str] | None:
        """The products that these mean; None: all, or some that nobody knows."""
        if items is None:
            return None
        if items not in self._kept:
            self._kept[items] = self._products(items)
        return self._kept[items]

    def surely(
        self, items: tuple[ItemRef, ...] | None, samples: Mapping[str, frozenset[str]]
    ) -> frozenset[str]:
        """Some products that these mean; none where they mean all."""
        found: set[str] = set()
        for item in items or ():
            if item.object is ItemObject.COLLECTION:
                content = self._collections.get(item.id) or samples.get(item.id) or ()
                found.update(self._product.get(one, one) for one in content)
            else:
                found.update(self.of((item,)) or ())
        return frozenset(found)

    def _products(self, items: Iterable[ItemRef]) -> frozenset[str] | None:
        found: set[str] = set()
        for item in items:
            if item.object is ItemObject.COLLECTION:
                content = self._collections.get(item.id)
                if content is None or item.id == ALL_PRODUCTS:
                    return None
                found.update(self._product.get(one, one) for one in content)
                continue
            named = self._product.get(item.id) or self._product.get(item.source_id or "")
            if named is None:
                return None
            found.add(named)
        return frozenset(found)

    def _learn(self, one: Article) -> None:
        product = one.product_id or one.id
        for name in (one.id, one.product_id, one.sku_id, *_sources(one)):
            if name:
                self._product.setdefault(name, product)


def _sources(one: Article) -> tuple[str | None, ...]:
    return one.source_id, one.product_source_id, one.sku_source_id


def audience(candidate: Candidate) -> Audience:
    """The segments that its rules ask for outright, and those that they refuse."""
    inside: set[frozenset[str]] = set()
    outside: set[str] = set()
    for rule_set in candidate.rules:
        wanted, refused = _of_rules(rule_set)
        inside |= wanted
        outside |= refused
    return Audience(frozenset(inside), frozenset(outside))


def _read(rules: Iterable[Rule]) -> tuple[frozenset[frozenset[str]], frozenset[str]]:
    inside: set[frozenset[str]] = set()
    outside: set[str] = set()
    for rule in rules:
        for condition in rule.conditions:
            ids = frozenset(str(operand) for operand in condition.operands)
            if condition.operator in _IN:
                inside.add(ids)
            elif condition.operator in _OUT:
                outside |= ids
    return frozenset(inside), frozenset(outside)


def _of_rules(rule_set: RuleSet) -> tuple[frozenset[frozenset[str]], frozenset[str]]:
    by_key = {rule.key: rule for rule in rule_set.rules}
    return _read(rule for rule in _needed(rule_set.logic, by_key) if rule.name == SEGMENT)


def _needed(logic: Logic, by_key: Mapping[str, Rule]) -> Iterator[Rule]:
    """The rules that must hold whatever else does."""
    if isinstance(logic, Leaf):
        yield by_key[logic.key]
    elif isinstance(logic, All):
        for part in logic.of:
            yield from _needed(part, by_key)


def segments_named(candidate: Candidate) -> frozenset[str]:
    """Those that somebody must be in."""
    return frozenset().union(*audience(candidate).inside)


def keys_named(candidate: Candidate) -> frozenset[str]:
    """The API keys through which it must be asked for."""
    found: set[str] = set()
    for rule_set in candidate.rules:
        by_key = {rule.key: rule for rule in rule_set.rules}
        for rule in _needed(rule_set.logic, by_key):
            if rule.name == _API_KEY:
                found |= {
                    str(operand)
                    for condition in rule.conditions
                    if condition.operator in _IN
                    for operand in condition.operands
                }
    return frozenset(found)
