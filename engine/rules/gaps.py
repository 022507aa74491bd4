"""What would make a refused rule hold, as data. Shapes: `verdict.LeafVerdict.gap`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from engine.codec import encode
from engine.items import ItemRef
from engine.rules.families import Family, Kind, Scene, customer
from engine.rules.families.base import PerLine, lines_of
from engine.rules.families.counters import Period, period_of, prior
from engine.rules.families.items import NOT_THESE, SIZES
from engine.rules.openings import next_hold
from engine.rules.operators import Clock, test
from engine.rules.tree import Operator, Rule
from engine.rules.values import Members, listed, midnight, number
from engine.rules.verdict import LeafVerdict

type Gap = dict[str, Any]

_WHOLE = {Kind.MONEY: "amount", Kind.UNITS: "units", Kind.NUMBER: "number", Kind.COUNT: "number"}
_VALUE: Final[Mapping[str, Any]] = {"kind": "value"}
_MEMBERSHIPS: Final = {customer.SEGMENT: "segment", customer.LOYALTY_TIER: "tier"}


def gap_of(family: Family, scene: Scene, rule: Rule, children: tuple[LeafVerdict, ...]) -> Gap:
    """Of a rule that does not hold."""
    missing = _missing(family, scene)
    if missing is not None:
        return {"kind": missing}
    if family.is_counter:
        return _limit(family, scene, rule)
    if rule.name in _MEMBERSHIPS:
        return _membership(family, scene, rule)
    if family.kind is Kind.ITEM:
        return _items(family, scene, rule, children)
    if family.kind is Kind.TIME:
        return _opening(scene, rule)
    if family.kind in _WHOLE and not _is_out_of_reach(family):
        return _figure(family, scene, rule)
    return dict(_VALUE)


def _is_out_of_reach(family: Family) -> bool:
    """More in the order changes no price, and a result by what the discount leaves of it."""
    return family.is_about_result or (isinstance(family, PerLine) and family.kind is Kind.MONEY)


def _missing(family: Family, scene: Scene) -> str | None:
    """Something that the request could have sent, and without which nothing can be said."""
    situation = scene.situation
    if family.is_per_customer and family.name not in situation.candidate.counts:
        return "customer"
    if family.name.startswith("customer.") and situation.snapshot.customer is None:
        return "customer"
    if family.name == "publication.redeemable_by_linked_customer":
        return "holder"
    if "order" in family.facts and not family.is_counter and situation.before is None:
        return "order"
    return None


def _figure(family: Family, scene: Scene, rule: Rule) -> Gap:
    value = family.actual(scene, rule)
    figures = [number(element) for element in (listed(value) or (value,))]
    actual = figures[0] if len(figures) == 1 else None
    if actual is None:
        return dict(_VALUE)
    kind = _WHOLE[family.kind]
    clock = scene.clock
    target = _target(rule, actual, clock)
    if target is None:
        return dict(_VALUE)
    difference = target - actual
    return {"kind": kind, "more": difference} if difference > 0 else {"kind": kind, "less": -difference}


def _target(rule: Rule, actual: int | Decimal, clock: Clock) -> int | Decimal | None:
    """The figure next to `actual`, which fails, that meets all conditions; None when it cannot be told."""
    for condition in rule.conditions:
        if test(condition, actual, clock):
            continue
        step = _STEPS.get(condition.operator)
        wanted = number(condition.operands[0]) if condition.operands else None
        target = None if step is None or wanted is None else step(wanted)
        if target is None or target < 0:
            return None  # nothing is less than nothing
        return target if all(test(other, target, clock) for other in rule.conditions) else None
    return None


def _same(wanted: int | Decimal) -> int | Decimal:
    return wanted


def _above(wanted: int | Decimal) -> int | Decimal:
    """The smallest whole figure above."""
    return wanted.__floor__() + 1


def _below(wanted: int | Decimal) -> int | Decimal:
    return wanted.__ceil__() - 1


_STEPS: Final[Mapping[Operator, Callable[[int | Decimal], int | Decimal]]] = {
    Operator.IS: _same,
    Operator.MORE_THAN: _above,
    Operator.LESS_THAN: _below,
    Operator.MORE_THAN_OR_EQUAL: lambda wanted: wanted.__ceil__(),
    Operator.LESS_THAN_OR_EQUAL: lambda wanted: wanted.__floor__(),
}


def _limit(family: Family, scene: Scene, rule: Rule) -> Gap:
    used, period = prior(scene, rule.name), period_of(rule.name)
    gap: Gap = {"kind": "limit", "limit": _lowest_limit(rule), "prior": used}
    gap["period"] = None if period is None else period.value
    clock = scene.clock
    if used is not None and all(test(condition, 1, clock) for condition in rule.conditions):
        start = _next_period(period, clock)
        if start is not None:
            gap["at"], gap["since"] = _local(start, clock), _local(clock.now, clock)
    return gap


def _lowest_limit(rule: Rule) -> int | Decimal | None:
    found = None
    for condition in rule.conditions:
        if condition.operator not in (Operator.LESS_THAN, Operator.LESS_THAN_OR_EQUAL):
            continue
        limit = number(condition.operands[0])
        if limit is not None and (found is None or limit < found):
            found = limit
    return found


def _next_period(period: Period | None, clock: Clock) -> Any:
    """When the counter begins anew. Only the house knows on which day its weeks begin."""
    today = clock.now.astimezone(clock.zone).date()
    if period is Period.DAILY:
        return midnight(today + timedelta(days=1), clock.zone)
    if period is Period.MONTHLY:
        year, month = divmod(today.year * 12 + today.month, 12)
        return midnight(date(year, month + 1, 1), clock.zone)
    return None


def _membership(family: Family, scene: Scene, rule: Rule) -> Gap:
    own, kind = family.actual(scene, rule) or (), _MEMBERSHIPS[rule.name]
    clock = scene.clock
    for condition in rule.conditions:
        if test(condition, own, clock):
            continue
        if condition.operator in (Operator.IS, Operator.IN):
            return {"kind": kind, "join": list(condition.operands)}
        if condition.operator in (Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT):
            unwanted = Members(condition.operands)
            return {"kind": kind, "leave": [element for element in own if element in unwanted]}
    return dict(_VALUE)


def _items(family: Family, scene: Scene, rule: Rule, children: tuple[LeafVerdict, ...]) -> Gap:
    found = family.matched(scene, rule)
    wanted = _articles(rule)
    if family.is_negation:
        return {"kind": "remove", "lines": list(found)}
    if family.is_each and rule.name == "order.items.every" and not family.test(scene, rule):
        return {"kind": "remove", "lines": [line for line in lines_of(scene) if line not in found]}
    if not found and wanted and not family.is_each:
        return _first_ones(rule, wanted, scene.clock)
    below = next((child.gap for child in children if child.holds is False and child.gap), None)
    if found and below is not None and family.test(scene, rule):
        return {**below, "items": wanted} if below["kind"] in ("units", "amount") else dict(below)
    unwanted = [condition for condition in rule.conditions if condition.operator in NOT_THESE]
    if unwanted and rule.name in ("product.id", "sku.id"):
        return {"kind": "remove", "lines": [line for line in lines_of(scene) if line not in found]}
    return dict(_VALUE)


def _first_ones(rule: Rule, items: list[Any], clock: Clock) -> Gap:
    """None of `items` is there yet: one unit, or what the only subrule asks of them together."""
    if not rule.rules:
        return _units(1, items)
    child, *others = rule.rules
    kind = None if others else _TOGETHER.get(child.name)
    if kind is None:
        return dict(_VALUE)
    target = _target(child, 0, clock)
    if target is not None and target > 0:
        return {"kind": kind, "more": target, "items": items}
    one_will_do = kind == "units" and all(test(condition, 1, clock) for condition in child.conditions)
    return _units(1, items) if one_will_do else dict(_VALUE)


_TOGETHER: Final = {
    "order.items.aggregated_quantity": "units",
    "order.items.quantity": "units",
    "order.items.aggregated_amount": "amount",
}


def _units(more: int, items: list[Any]) -> Gap:
    return {"kind": "units", "more": more, "items": items}


def _articles(rule: Rule) -> list[Any]:
    """The articles that the rule asks for."""
    return [
        encode(operand)
        for condition in rule.conditions
        if condition.operator not in NOT_THESE and condition.operator not in SIZES
        for operand in condition.operands
        if isinstance(operand, ItemRef)
    ]


def _opening(scene: Scene, rule: Rule) -> Gap:
    clock = scene.clock
    found = next_hold(rule.conditions, clock)
    if found is None:
        return {}
    return {"kind": "from", "at": _local(found, clock), "since": _local(clock.now, clock)}


def _local(instant: Any, clock: Clock) -> str:
    return str(instant.astimezone(clock.zone).isoformat())
