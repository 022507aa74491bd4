"""Items with other terms, to ask what would become of a conflict. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from calendar_app.overlapping.items import Item
from engine import Candidate, Category, rules
from engine.items import ItemRef
from engine.rules.families.customer import SEGMENT
from engine.rules.tree import Operator, RuleSet

_KEY: Final = "calendar"
"""Under this name a condition is added to the rules of a campaign."""

type Change = Callable[[Candidate], Candidate]


def changed(items: Sequence[Item], change: Change) -> list[Item]:
    """All items of one campaign."""
    return [
        item
        if item.candidate is None
        else replace(item, candidate=change(item.candidate), digest="", category_id=_category(item, change))
        for item in items
    ]


def in_category(category: Category | None) -> Change:
    return lambda candidate: replace(candidate, category=category)


def without_segments(ids: Sequence[str]) -> Change:
    """Nobody of these segments gets it any more."""
    return lambda candidate: replace(candidate, rules=_with_condition(candidate.rules, ids))


def without_items(items: Sequence[ItemRef]) -> Change:
    """These articles are not lowered any more. Only for discounts on items with targets of their own."""
    return lambda candidate: replace(candidate, rules=_with_excluded(candidate.rules, items))


def wire_of(item: ItemRef) -> dict[str, str]:
    found = {"object": item.object.value, "id": item.id}
    return {**found, "source_id": item.source_id} if item.source_id else found


def _category(item: Item, change: Change) -> str:
    if item.candidate is None:
        return item.category_id
    category = change(item.candidate).category
    return "" if category is None else category.id


def _with_condition(sets: Sequence[RuleSet], ids: Sequence[str]) -> tuple[RuleSet, ...]:
    condition = {"name": SEGMENT, "conditions": {Operator.IS_NOT.value: list(ids)}}
    alone = rules.parse({"id": _KEY, "rules": {"1": condition, "logic": "1"}})
    return (*sets, alone)


def _with_excluded(sets: Sequence[RuleSet], items: Sequence[ItemRef]) -> tuple[RuleSet, ...]:
    more = [wire_of(item) for item in items]
    found = list(sets)
    for place, rule_set in enumerate(found):
        if not rule_set.applicable_to.is_empty:
            found[place] = rules.parse(_excluding(rule_set.to_json(), more))
            return tuple(found)
    everything = {"id": _KEY, "applicable_to": {"included_all": True, "excluded": more}}
    return (*found, rules.parse(everything))


def _excluding(wire: Mapping[str, Any], more: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    applicable = dict(wire.get("applicable_to") or {})
    before = applicable.get("excluded") or []
    listed = before["data"] if isinstance(before, Mapping) else before
    applicable["excluded"] = [*listed, *more]
    return {**wire, "applicable_to": applicable}
