"""The usual conditions of a promotion as plain values, written as a rule and read from one.

What a rule says beyond them is kept as a rule of its own (`advanced`) and comes back unchanged. No database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.rules import RuleSyntaxError
from engine.rules.families import canonical
from engine.rules.logic import keys_of, parse_logic, print_logic
from engine.rules.tree import All, Leaf, Logic, Operator
from promotions import plan_items, plan_pauses
from promotions.plan_items import Targets

type Document = Mapping[str, Any]
type Rule = dict[str, Any]

LOGIC: Final = "logic"
SEGMENT: Final = "customer.segment"
AMOUNT: Final = "order.amount"
UNITS: Final = "order.items.count"
KEY: Final = "redemption.api_key"
DATE: Final = "redemption.date"
USES: Final = "campaign.redemptions.count"
USES_OF_CUSTOMER: Final = "campaign.redemptions.customers_count"
PERIODS: Final = ("", "daily", "weekly", "monthly")

_IS, _IS_NOT = Operator.IS.value, Operator.IS_NOT.value
_FROM, _BELOW, _AT_MOST = (
    Operator.MORE_THAN_OR_EQUAL.value,
    Operator.LESS_THAN.value,
    Operator.LESS_THAN_OR_EQUAL.value,
)
_EMPTY: Final[tuple[Any, ...]] = (None, "", {}, [])


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What most promotions ask. Amounts in minor units; None and empty: nothing is asked.

    `segments`: the customer is in one of them; `not_segments`: in none of them. `has`: one of these is in the
    basket (`product:prod_…`). `keys` are ids of API keys. `per_customer` uses of the campaign in one of
    `PERIODS`. `pauses` are days between which it rests, both included (ISO dates).
    """

    segments: tuple[str, ...] = ()
    not_segments: tuple[str, ...] = ()
    basket_from: int | None = None
    basket_below: int | None = None
    units_from: int | None = None
    has: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    per_customer: int | None = None
    per_customer_in: str = ""
    total_uses: int | None = None
    pauses: tuple[tuple[str, str], ...] = ()
    targets: Targets = field(default_factory=Targets)
    advanced: Document = field(default_factory=dict)


def written(usual: Usual) -> dict[str, Any]:
    """The rule that says all of it: {"rules", "applicable_to", "bundle_rules"}; empty parts are left out."""
    simple = list(_simple_rules(usual))
    own = {key: rule for key, rule in (usual.advanced.get("rules") or {}).items() if key != LOGIC}
    numbers = {key: str(place) for place, key in enumerate(own, start=len(simple) + 1)}
    rules: dict[str, Any] = {str(place): rule for place, rule in enumerate(simple, start=1)}
    rules |= {numbers[key]: rule for key, rule in own.items()}
    logic = (usual.advanced.get("rules") or {}).get(LOGIC)
    if logic:
        tree = _renamed(parse_logic(str(logic), own), numbers)
        leaves = tuple(Leaf(key=str(place)) for place in range(1, len(simple) + 1))
        whole = (*leaves, *(tree.of if isinstance(tree, All) else (tree,)))
        rules[LOGIC] = print_logic(All(of=whole) if leaves else tree)
    found = {
        "rules": rules,
        "applicable_to": plan_items.written(usual.targets) or usual.advanced.get("applicable_to"),
        "bundle_rules": usual.advanced.get("bundle_rules"),
    }
    return {part: value for part, value in found.items() if value}


def read(document: Document, *, can_buy: bool = True) -> Usual:
    """What of a rule is usual; the rest is `advanced`. `written` gives a rule that means the same.

    `can_buy`: the discount is one that "buy some, get one" can be made of.
    """
    targets = plan_items.read(document.get("applicable_to") or {})
    if targets is not None and targets.buy is not None and not can_buy:
        targets = None
    usual = Usual(targets=targets or Targets())
    kept: dict[str, Any] = {}
    if targets is None:
        kept["applicable_to"] = document["applicable_to"]
    if document.get("bundle_rules"):
        kept["bundle_rules"] = document["bundle_rules"]
    usual, rest = _read_rules(usual, document.get("rules") or {})
    return replace(usual, advanced={**kept, **({"rules": rest} if rest else {})})


def _simple_rules(usual: Usual) -> Iterable[Rule]:
    for name, operator, values in (
        (SEGMENT, _IS, usual.segments),
        (SEGMENT, _IS_NOT, usual.not_segments),
        (AMOUNT, _FROM, _one(usual.basket_from)),
        (AMOUNT, _BELOW, _one(usual.basket_below)),
        (UNITS, _FROM, _one(usual.units_from)),
        (KEY, _IS, usual.keys),
        (_per_customer(usual.per_customer_in), _AT_MOST, _one(usual.per_customer)),
        (USES, _AT_MOST, _one(usual.total_uses)),
        (DATE, plan_pauses.OPERATOR, plan_pauses.written(usual.pauses)),
    ):
        if values:
            yield {"name": name, "conditions": {operator: list(values)}}
    if usual.has:
        yield plan_items.present(usual.has)
    if usual.targets.buy is not None:
        yield plan_items.enough(usual.targets)


def _read_rules(usual: Usual, wire: Document) -> tuple[Usual, dict[str, Any]]:
    keys = [key for key in wire if key != LOGIC]
    try:
        tree = parse_logic(str(wire.get(LOGIC) or ""), keys)
    except RuleSyntaxError:
        return usual, dict(wire)
    is_plain = isinstance(tree, All | Leaf) and Counter(keys_of(tree)) == Counter(keys)
    if not is_plain:
        return usual, dict(wire)
    parts: list[Logic] = []
    for part in tree.of if isinstance(tree, All) else (tree,):
        more = _understood(usual, wire[part.key]) if isinstance(part, Leaf) else None
        if more is None:
            parts.append(part)
        else:
            usual = more
    return usual, _rest(parts, wire)


def _rest(parts: Sequence[Logic], wire: Document) -> dict[str, Any]:
    """The rules that are left, numbered from one on."""
    named = [key for part in parts for key in keys_of(part)]
    numbers = {key: str(place) for place, key in enumerate(named, start=1)}
    rules: dict[str, Any] = {numbers[key]: wire[key] for key in named}
    if any(not isinstance(part, Leaf) for part in parts):
        renamed = tuple(_renamed(part, numbers) for part in parts)
        rules[LOGIC] = print_logic(All(of=renamed) if len(renamed) > 1 else renamed[0])
    return rules


def _understood(usual: Usual, rule: Any) -> Usual | None:
    """With what this rule says, if it is a usual one that was not said yet."""
    if not isinstance(rule, Mapping):
        return None
    if plan_items.is_enough(rule, usual.targets):
        return usual
    has = plan_items.read_present(rule)
    if has and not usual.has:
        return replace(usual, has=has)
    found = _only_condition(rule)
    if found is None:
        return None
    said = _said(*found)
    if said is None or any(getattr(usual, name) not in (*_EMPTY, ()) for name in said):
        return None
    return replace(usual, **said)


def _only_condition(rule: Mapping[str, Any]) -> tuple[str, str, list[Any]] | None:
    """The name, operator and values of a rule that says nothing else."""
    if any(value not in _EMPTY for key, value in rule.items() if key not in ("name", "conditions")):
        return None
    conditions = rule.get("conditions")
    if not isinstance(conditions, Mapping) or len(conditions) != 1:
        return None
    ((operator, values),) = conditions.items()
    if not isinstance(values, list) or not values:
        return None
    return canonical(str(rule.get("name"))), operator, values


def _said(name: str, operator: str, values: list[Any]) -> dict[str, Any] | None:
    texts = tuple(values) if all(isinstance(one, str) for one in values) else ()
    whole = values[0] if len(values) == 1 and type(values[0]) is int and values[0] >= 0 else None
    match name, operator:
        case ("customer.segment", "$is") if texts:
            return {"segments": texts}
        case ("customer.segment", "$is_not") if texts:
            return {"not_segments": texts}
        case ("redemption.api_key", "$is") if texts:
            return {"keys": texts}
        case ("order.amount", "$more_than_or_equal") if whole is not None:
            return {"basket_from": whole}
        case ("order.amount", "$less_than") if whole is not None:
            return {"basket_below": whole}
        case ("order.items.count", "$more_than_or_equal") if whole is not None:
            return {"units_from": whole}
        case ("campaign.redemptions.count", "$less_than_or_equal") if whole:
            return {"total_uses": whole}
        case ("redemption.date", plan_pauses.OPERATOR) if pauses := plan_pauses.read(texts):
            return {"pauses": pauses}
    if name.startswith(USES_OF_CUSTOMER) and operator == _AT_MOST and whole:
        return {"per_customer": whole, "per_customer_in": name.removeprefix(USES_OF_CUSTOMER).lstrip(".")}
    return None


def _per_customer(period: str) -> str:
    return f"{USES_OF_CUSTOMER}.{period}" if period else USES_OF_CUSTOMER


def _one(value: int | None) -> tuple[int, ...]:
    return () if value is None else (value,)


def _renamed(logic: Logic, numbers: Mapping[str, str]) -> Logic:
    if isinstance(logic, Leaf):
        return Leaf(key=numbers[logic.key])
    return replace(logic, of=tuple(_renamed(part, numbers) for part in logic.of))
