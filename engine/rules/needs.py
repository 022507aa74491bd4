"""Which facts a rule reads, so that a selector loads exactly these. Contract: STYLE part 5."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from engine import formula
from engine.applicability import Entry
from engine.items import ItemObject, ItemRef
from engine.rules.families import REGISTRY, customer
from engine.rules.tree import Condition, Rule, RuleSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """`facts` are names of loaders ("customer.segments", "order.metadata"); the others the ids asked for.

    `counts` are names of counters, as keys of `Candidate.counts`. "candidate.unit_counts" in `facts` means
    that an entry limits units over the life of a campaign or tier.
    """

    facts: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    loyalty_tiers: frozenset[str] = frozenset()
    counts: frozenset[str] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        return joined((self, other))


def joined(needs: Iterable[Needs]) -> Needs:
    """The union of all, whatever their number."""
    found = list(needs)
    return Needs(
        **{one.name: frozenset().union(*(getattr(n, one.name) for n in found)) for one in fields(Needs)}
    )


def needs(rule_set: RuleSet) -> Needs:
    """What judging and applying `rule_set` reads; rules that its logic does not name are loaded for too."""
    rules = list(flat(rule_set.rules))
    entries = (*rule_set.applicable_to.included, *rule_set.applicable_to.excluded)
    items = items_of(rule_set)
    facts = frozenset().union(*(REGISTRY[rule.name].facts for rule in rules))
    if items:
        facts |= {"order"}
    for text in _formulas(entries):
        facts |= formula.needs(formula.parse(text))
    if any(entry.unit_limits for entry in entries):
        facts |= {"candidate.unit_counts"}
    return Needs(
        facts=facts,
        collections=frozenset(item.id for item in items if item.object is ItemObject.COLLECTION),
        segments=_ids(rules, customer.SEGMENT),
        loyalty_tiers=_ids(rules, customer.LOYALTY_TIER),
        counts=frozenset(rule.name for rule in rules if REGISTRY[rule.name].is_counter),
    )


def items_of(rule_set: RuleSet) -> list[ItemRef]:
    """Every product, SKU and collection that `rule_set` names: in targets, bundle and conditions."""
    entries = (*rule_set.applicable_to.included, *rule_set.applicable_to.excluded)
    parts = () if rule_set.bundle is None else rule_set.bundle.components
    named = _items(flat(rule_set.rules))
    return [*(entry.item for entry in entries), *(part.item for part in parts), *named]


def is_about_result(rule_set: RuleSet) -> bool:
    """Can it only be decided once the discount is known?"""
    return any(REGISTRY[rule.name].is_about_result for rule in flat(rule_set.rules))


def flat(rules: Iterable[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield rule
        yield from flat(rule.rules)


def _conditions(rules: Iterable[Rule]) -> Iterator[Condition]:
    return (condition for rule in rules for condition in rule.conditions)


def _items(rules: Iterable[Rule]) -> list[ItemRef]:
    return [
        operand
        for condition in _conditions(rules)
        for operand in condition.operands
        if isinstance(operand, ItemRef)
    ]


def _formulas(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        own = (
            entry.price_formula,
            entry.quantity_limit_formula,
            entry.aggregated_quantity_limit_formula,
            *(limit.formula for limit in entry.unit_limits),
        )
        yield from (text for text in own if text is not None)


def _ids(rules: Iterable[Rule], name: str) -> frozenset[str]:
    asked = _conditions(rule for rule in rules if rule.name == name)
    return frozenset(
        operand for condition in asked for operand in condition.operands if isinstance(operand, str)
    )
