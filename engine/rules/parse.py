"""The wire's validation rule object as a tree. Contract: 11.1.

A name, an operator or a key that is not known is an error: a condition that nobody evaluates must not pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.items import ItemObject, ItemRef
from engine.rules.errors import RuleSyntaxError
from engine.rules.families import REGISTRY, Family, canonical
from engine.rules.logic import can_be_named, parse_logic
from engine.rules.operands import read_operands
from engine.rules.spelling import hint
from engine.rules.targets import read_applicability, read_bundle
from engine.rules.tree import Condition, Operator, Rule, RuleSet
from engine.rules.wire import plain, read_object, read_text

MOST_RULES: Final = 100
"""Rules and subrules of one object."""
DEEPEST: Final = 20
"""Subrules within subrules."""
_LONGEST_KEY: Final = 100
_LOGIC = "logic"
_KEPT: Final = ("id", "name", "rules", "applicable_to", "bundle_rules", "error")
_SPELLINGS: Final = {
    "$greater_than": Operator.MORE_THAN,
    "$greater_than_or_equal": Operator.MORE_THAN_OR_EQUAL,
    "$lower_than": Operator.LESS_THAN,
    "$lower_than_or_equal": Operator.LESS_THAN_OR_EQUAL,
}
_ARTICLES: Final = {"product.id": ItemObject.PRODUCT, "sku.id": ItemObject.SKU}


def parse(wire: Mapping[str, Any]) -> RuleSet:
    """The wire's validation rule object, or what `RuleSet.to_json` gave, as a tree.

    :raises RuleSyntaxError: malformed; `path` and `position` name the place.
    """
    if not isinstance(wire, Mapping):
        raise RuleSyntaxError("A validation rule is an object")
    kept = {name: plain(wire[name], name) for name in _KEPT if wire.get(name) is not None}
    rules, logic = _Reader().rules(kept.get("rules"), "rules", 0)
    return RuleSet(
        id=read_text(kept.get("id"), "id") or "",
        name=read_text(kept.get("name"), "name") or "",
        rules=rules,
        logic=logic,
        applicable_to=read_applicability(kept.get("applicable_to"), "applicable_to"),
        bundle=read_bundle(kept.get("bundle_rules"), "bundle_rules"),
        error=_error(kept.get("error"), "error"),
        wire=kept,
    )


@dataclass(kw_only=True, slots=True)
class _Reader:
    """Counts the rules as it goes."""

    count: int = 0

    def rules(self, value: Any, path: str, depth: int) -> tuple[tuple[Rule, ...], Any]:
        """The rules of one level and their logic."""
        wire = dict(read_object(value, path))
        text = read_text(wire.pop(_LOGIC, None), f"{path}.{_LOGIC}")
        if wire and depth >= DEEPEST:
            raise RuleSyntaxError(f"Rules are nested deeper than {DEEPEST}", path=path)
        found = tuple(self._rule(key, wire[key], path, depth) for key in sorted(wire, key=_rank))
        return found, parse_logic(text, [rule.key for rule in found], path=f"{path}.{_LOGIC}")

    def _rule(self, key: str, value: Any, path: str, depth: int) -> Rule:
        path = f"{path}.{key}"
        self.count += 1
        if self.count > MOST_RULES:
            raise RuleSyntaxError(f"There are more than {MOST_RULES} rules", path=path)
        if len(key) > _LONGEST_KEY or not can_be_named(key):
            raise RuleSyntaxError("A logic expression cannot name this key", path=path)
        if not isinstance(value, Mapping):
            raise RuleSyntaxError("A rule is an object", path=path)
        family = _family(value.get("name"), path)
        prop = read_text(value.get("property"), f"{path}.property")
        if family.needs_property and prop is None:
            raise RuleSyntaxError(f"Rule '{family.name}' must have a 'property'", path=path)
        rules, logic = self.rules(value.get("rules"), f"{path}.rules", depth + 1)
        return Rule(
            key=key,
            name=family.name,
            property=prop,
            conditions=_conditions(value.get("conditions"), family, f"{path}.conditions"),
            rules=rules,
            logic=logic,
            error=_error(value.get("error"), f"{path}.error"),
        )


def _rank(key: str) -> tuple[bool, int, str]:
    """Rule order: numbered keys by number, then the others; a database may shuffle the object's keys."""
    is_number = key.isascii() and key.isdigit() and len(key) < _LONGEST_KEY
    return (not is_number, int(key) if is_number else 0, key)


def _family(value: Any, path: str) -> Family:
    name = read_text(value, f"{path}.name")
    if name is None:
        raise RuleSyntaxError("A rule must have a 'name'", path=path)
    family = REGISTRY.get(canonical(name))
    if family is not None:
        return family
    raise RuleSyntaxError(f"Rule '{name[:200]}' is not known{hint(name, REGISTRY)}", path=f"{path}.name")


def _conditions(value: Any, family: Family, path: str) -> tuple[Condition, ...]:
    wire = read_object(value, path)
    found = [
        _condition(text, operands, family, f"{path}.{text}")
        for text, operands in sorted(wire.items())
        if operands is not None
    ]
    if family.needs_conditions and not found:
        raise RuleSyntaxError(f"Rule '{family.name}' must have 'conditions'", path=path)
    return tuple(found)


def _condition(text: str, value: Any, family: Family, path: str) -> Condition:
    operator = _SPELLINGS.get(text) or next((known for known in Operator if known.value == text), None)
    if operator is None:
        meant = hint(text, [known.value for known in Operator])
        raise RuleSyntaxError(f"Operator '{text[:100]}' is not known{meant}", path=path)
    operands = read_operands(value, operator, family.kind, path)
    kind = _ARTICLES.get(family.name)
    if kind is not None and operator is not Operator.FROM:
        operands = tuple(_as(kind, item) if isinstance(item, ItemRef) else item for item in operands)
    return Condition(operator=operator, operands=operands)


def _as(kind: ItemObject, item: ItemRef) -> ItemRef:
    """`product.id` and `sku.id` say themselves what their ids are."""
    return ItemRef(object=kind, id=item.id, source_id=item.source_id, name=item.name)


def _error(value: Any, path: str) -> str | None:
    return read_text(read_object(value, path).get("message"), f"{path}.message")
