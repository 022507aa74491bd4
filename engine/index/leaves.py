"""One rule as the index sees it: what must be there (components), and whether that says everything."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, cast

from engine.index import words
from engine.index.components import Clause, Component, Kind, Value, component
from engine.index.predicates import COMPARISONS, EnoughOf, Predicate, RuleHolds, is_about_request
from engine.index.thresholds import LARGEST
from engine.items import ItemObject, ItemRef
from engine.rules.tree import All, Condition, Leaf, Operator, Rule
from engine.rules.values import Number, number

_POSITIVE: Final = frozenset({Operator.IS, Operator.IN})
_NEGATIVE: Final = frozenset({Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT})
_BY_WORD: Final = frozenset(
    {
        "customer.segment",
        "customer.loyalty_tier",
        "customer.metadata",
        "order.metadata",
        "redemption.metadata",
        "redemption.api_key",
        "redemption.user.login",
    }
)
_BY_NUMBER: Final = frozenset({"order.amount", "order.initial_amount", "order.items.count"})
_NOTHING_IS_MEANT: Final[Clause] = ((component(Kind.WORDS, "order.items.any", ItemObject.PRODUCT), ()),)
_AGGREGATES: Final = {"order.items.aggregated_quantity": False, "order.items.aggregated_amount": True}


@dataclass(frozen=True, slots=True)
class Asked:
    """All of the clauses of `needs` must hold. `rest` decides what they leave open, None = nothing.

    `is_open`: neither needs nor a predicate can decide it; only an evaluation of the candidate can.
    """

    names: frozenset[str]
    needs: tuple[Clause, ...] = ()
    rest: Predicate | None = None
    is_open: bool = False


@cache
def named(*names: str) -> frozenset[str]:
    """The one set of these names."""
    return frozenset(names)


def read(rule: Rule) -> Asked:
    """What `rule` asks for, as far as it is about the request."""
    names = named(rule.name)
    if not is_about_request(rule):
        return Asked(names=names, is_open=True)
    if rule.name in ("order.items.any", "order.items.none"):
        needs, rest = _items(rule)
    else:
        needs, is_whole = _conditions(rule)
        rest = None if is_whole else RuleHolds(rule)
    return Asked(names=names, needs=needs, rest=rest)


def threshold(name: str, operator: Operator, limit: Number) -> tuple[Component, Value] | None:
    """A comparison of whole numbers as "at least" or "at most"; None when it is too large."""
    whole = _floor(limit)
    if abs(whole) > LARGEST:
        return None
    is_exact = whole == limit
    match operator:
        case Operator.MORE_THAN:
            return component(Kind.AT_LEAST, name), whole + 1
        case Operator.MORE_THAN_OR_EQUAL:
            return component(Kind.AT_LEAST, name), whole if is_exact else whole + 1
        case Operator.LESS_THAN:
            return component(Kind.AT_MOST, name), -(whole - 1 if is_exact else whole)
        case _:
            return component(Kind.AT_MOST, name), -whole


def _floor(value: Number) -> int:
    if isinstance(value, Decimal):
        numerator, denominator = value.as_integer_ratio()
        return numerator // denominator
    return value


def _conditions(rule: Rule) -> tuple[tuple[Clause, ...], bool]:
    """The conditions that bitmaps can say, and whether these are all."""
    found = [_condition(rule, condition) for condition in rule.conditions]
    needs = tuple((need,) for need in found if need is not None)
    is_known = rule.name in _BY_WORD or rule.name in _BY_NUMBER
    return needs, is_known and len(needs) == len(found) and not rule.rules


def _condition(rule: Rule, condition: Condition) -> tuple[Component, Value] | None:
    if rule.name in _BY_NUMBER and condition.operator in COMPARISONS:
        limit = number(condition.operands[0]) if condition.operands else None
        return None if limit is None else threshold(rule.name, condition.operator, limit)
    if rule.name in _BY_WORD and condition.operator in _POSITIVE | _NEGATIVE:
        spelled = [words.asked(operand) for operand in condition.operands]
        if any(one is None for one in spelled):
            return None
        kind = Kind.WORDS if condition.operator in _POSITIVE else Kind.NO_WORDS
        return component(kind, rule.name, rule.property), tuple(w for one in spelled for w in one or ())
    return None


def _items(rule: Rule) -> tuple[tuple[Clause, ...], Predicate | None]:
    """The first condition on articles; others must be met by the same line."""
    is_any = rule.name == "order.items.any"
    first = next((one for one in rule.conditions if one.operator in _POSITIVE), None)
    if first is None or (not is_any and (rule.rules or len(rule.conditions) > 1)):
        return (), RuleHolds(rule)
    items = [operand for operand in first.operands if isinstance(operand, ItemRef)]
    names = tuple(dict.fromkeys(name for item in items for name in words.of_item(item)))
    by_kind = {kind: tuple(name for of, name in names if of is kind) for kind in ItemObject}
    kind = Kind.WORDS if is_any else Kind.NO_WORDS
    wanted = tuple((component(kind, rule.name, of), ids) for of, ids in by_kind.items() if ids)
    # One of the articles must be there, or each of them must not.
    needs: tuple[Clause, ...] = (wanted or _NOTHING_IS_MEANT,) if is_any else tuple((one,) for one in wanted)
    if len(rule.conditions) == 1 and not rule.rules:
        return needs, None
    return needs, _enough(rule, names) or RuleHolds(rule)


def _enough(rule: Rule, names: words.Names) -> Predicate | None:
    if len(rule.conditions) != 1 or len(rule.rules) != 1:
        return None
    below = rule.rules[0]
    is_named = rule.logic in (Leaf(key=below.key), All(of=(Leaf(key=below.key),)))
    if below.name not in _AGGREGATES or below.rules or len(below.conditions) != 1 or not is_named:
        return None
    (condition,) = below.conditions
    limit = number(condition.operands[0]) if condition.operands else None
    if condition.operator not in COMPARISONS or limit is None:
        return None
    need = threshold(below.name, condition.operator, limit)
    is_least = need is not None and need[0].kind is Kind.AT_LEAST and len(names) == 1
    return EnoughOf(
        rule=rule,
        names=names,
        is_amount=_AGGREGATES[below.name],
        compares=COMPARISONS[condition.operator],
        limit=limit,
        least=cast(int, need[1]) if need is not None and is_least else None,
    )
