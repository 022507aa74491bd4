"""One rule, judged and explained: required, actual, and what would make it hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.codec import encode
from engine.rules.families import REGISTRY, Family, Kind, Scene
from engine.rules.gaps import gap_of
from engine.rules.logic import named, print_logic
from engine.rules.tree import Condition, Rule
from engine.rules.values import listed, moment
from engine.rules.verdict import LeafVerdict, Requirement

type Decide = Callable[[Rule, Scene, frozenset[str]], bool | None]


def explained(rule: Rule, scene: Scene, omit: frozenset[str], decide: Decide) -> LeafVerdict:
    """All that can be said about `rule`; `decide` is the same judge that decides without words."""
    family = REGISTRY[rule.name]
    holds = decide(rule, scene, omit)
    children = _children(rule, family, scene, omit, decide)
    return LeafVerdict(
        key=rule.key,
        name=rule.name,
        property=rule.property,
        group=family.group,
        kind=family.kind.value,
        holds=holds,
        required=tuple(_required(condition) for condition in rule.conditions),
        actual=_actual(family, scene, rule),
        gap=gap_of(family, scene, rule, children) if holds is False else {},
        is_customer_missing=holds is False and _lacks_customer(family, scene),
        error=rule.error,
        logic=print_logic(rule.logic) if rule.rules else "",
        children=children,
    )


def _children(
    rule: Rule, family: Family, scene: Scene, omit: frozenset[str], decide: Decide
) -> tuple[LeafVerdict, ...]:
    if not rule.rules:
        return ()
    below = Scene(situation=scene.situation, matched=family.matched(scene, rule), is_each=family.is_each)
    taking_part = named(rule.logic, {child.key: child for child in rule.rules})
    return tuple(explained(child, below, omit, decide) for child in taking_part)


def _required(condition: Condition) -> Requirement:
    operands = [encode(operand) if hasattr(operand, "to_json") else operand for operand in condition.operands]
    return Requirement(operator=condition.operator.value, operands={"operands": operands})


def _actual(family: Family, scene: Scene, rule: Rule) -> dict[str, Any]:
    value = family.actual(scene, rule)
    if value is None:
        return {}
    if family.kind is Kind.ITEM:
        return {"lines": list(value)}
    if family.kind is Kind.TIME:
        found = moment(value, scene.situation.zone)
        return {} if found is None else {"value": found.at.astimezone(scene.situation.zone).isoformat()}
    elements = listed(value)
    return {"value": value if elements is None else list(elements)}


def _lacks_customer(family: Family, scene: Scene) -> bool:
    """A counter of nobody. A counter that is there and exceeded is an ordinary refusal."""
    return family.is_per_customer and family.name not in scene.situation.candidate.counts
