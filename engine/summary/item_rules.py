"""Rules about the articles of the order in words. Contract: 11.4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.items import ItemRef
from engine.rules.families import Kind
from engine.rules.tree import Condition, Leaf, Operator, Rule
from engine.summary import phrases
from engine.summary.articles import of_or_from
from engine.summary.names import Names
from engine.summary.operands import operand
from engine.summary.predicates import bounds, in_reading_order, is_bound

ANY: Final = "order.items.any"
SUBJECTS: Final = {
    ANY: "order has {what}",
    "order.items.every": "every item of the order is {what}",
    "order.items.none": "order does not have {what}",
    "product.id": "order has {what}",
    "sku.id": "order has {what}",
}
EXTREMES: Final = {
    "order.items.cheapest": "cheapest item",
    "order.items.most_expensive": "most expensive item",
}
_TOGETHER: Final = {
    "order.items.aggregated_quantity": "{bound} units {which}",
    "order.items.aggregated_amount": "items {which} worth {bound}",
}
_SIZES: Final = {
    Operator.COUNT: "exactly",
    Operator.COUNT_MORE: "more than",
    Operator.COUNT_LESS: "less than",
}
_NEGATIVE: Final = (Operator.IS_NOT, Operator.NOT_IN)


def item_rule(rule: Rule, names: Names) -> str:
    """order has Espresso or an item from Coffee; the cheapest item from Coffee is Espresso"""
    sizes = "".join(_size(condition) for condition in rule.conditions if condition.operator in _SIZES)
    if rule.name in EXTREMES:
        return _extreme(rule, names) + sizes
    about = [condition for condition in rule.conditions if condition.operator not in _SIZES]
    return SUBJECTS[rule.name].format(what=_what(about, names)) + sizes


def together(rule: Rule, names: Names) -> str | None:
    """at least 2 units from Coffee: a rule with a single subrule on the sum, None for any other."""
    if rule.name != ANY or len(rule.rules) != 1 or len(rule.conditions) != 1:
        return None
    sub, condition = rule.rules[0], rule.conditions[0]
    template = _TOGETHER.get(sub.name)
    items = _items(condition)
    if template is None or condition.operator not in (Operator.IS, Operator.IN, Operator.FROM):
        return None
    if not items or sub.rules or sub.error or not is_bound(sub.conditions) or not _names(rule.logic, sub):
        return None
    kind = Kind.MONEY if sub.name.endswith("amount") else Kind.UNITS
    which = phrases.listed([of_or_from(item, names) for item in items], phrases.OR)
    text = template.format(bound=bounds(sub.conditions, kind, names), which=which)
    return text.replace("1 units", "1 unit") if _is_one(sub.conditions) else text


def _names(logic: object, rule: Rule) -> bool:
    leaf = Leaf(key=rule.key)
    return logic == leaf or getattr(logic, "of", None) == (leaf,)


def _is_one(conditions: Sequence[Condition]) -> bool:
    return len(conditions) == 1 and conditions[0].operands == (1,)


def _items(condition: Condition) -> tuple[ItemRef, ...]:
    """Only when all operands are items."""
    found = tuple(value for value in condition.operands if isinstance(value, ItemRef))
    return found if len(found) == len(condition.operands) else ()


def _what(conditions: Sequence[Condition], names: Names) -> str:
    """Espresso or an item from Coffee, that is not Decaf"""
    wanted: list[str] = []
    tails: list[str] = []
    for condition in in_reading_order(conditions):
        text = _listed(condition, names)
        if condition.operator in _NEGATIVE:
            tails.append(f"is not {text}")
        elif wanted:
            tails.append(f"also is {text}")
        else:
            wanted.append(text)
    tail = phrases.listed(tails, phrases.AND)
    return (wanted[0] if wanted else "an item") + (f" that {tail}" if tail else "")


def _extreme(rule: Rule, names: Names) -> str:
    origins = [condition for condition in rule.conditions if condition.operator is Operator.FROM]
    others = [
        condition
        for condition in rule.conditions
        if condition.operator is not Operator.FROM and condition.operator not in _SIZES
    ]
    origin = "".join(f" from {_bare(condition, names)}" for condition in origins)
    if not others:
        return f"there is a {EXTREMES[rule.name]}{origin}"
    negative = [condition for condition in others if condition.operator in _NEGATIVE]
    positive = [condition for condition in others if condition.operator not in _NEGATIVE]
    verbs = [f"is {_listed(condition, names)}" for condition in positive]
    verbs += [f"is not {_listed(condition, names)}" for condition in negative]
    return f"the {EXTREMES[rule.name]}{origin} {phrases.listed(verbs, phrases.AND)}"


def _listed(condition: Condition, names: Names) -> str:
    found = [operand(value, Kind.ITEM, names) for value in condition.operands]
    return phrases.listed(found, phrases.OR) or "nothing"


def _bare(condition: Condition, names: Names) -> str:
    found = [
        names.item(value) if isinstance(value, ItemRef) else operand(value, Kind.ITEM, names)
        for value in condition.operands
    ]
    return phrases.listed(found, phrases.OR) or "nothing"


def _size(condition: Condition) -> str:
    figures = [operand(value, Kind.NUMBER, Names()) for value in condition.operands]
    return f", {_SIZES[condition.operator]} {phrases.listed(figures, phrases.OR)} of them"
