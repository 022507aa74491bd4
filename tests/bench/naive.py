"""The loop to beat: every promotion compiled once into closures, every one of them asked for every order.

Nothing is wasted in it: the order is prepared once as sets and sums, dates come first, conditions stop at the
first that fails, worth is arithmetic on integers. The same candidates, the same answers as the index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import ge, gt, le, lt
from typing import Any

from engine.effects import AmountOffItems, AmountOffOrder, Effect, PercentOffItems, PercentOffOrder
from engine.index import Match
from engine.index.facts import microseconds
from engine.rules.tree import All, Any_, Leaf, Logic, Operator, Rule
from engine.snapshot import Candidate, Snapshot

_COMPARE = {
    Operator.MORE_THAN: gt,
    Operator.MORE_THAN_OR_EQUAL: ge,
    Operator.LESS_THAN: lt,
    Operator.LESS_THAN_OR_EQUAL: le,
}


class Prepared:
    """One order as the closures ask for it."""

    __slots__ = (
        "amount",
        "amounts",
        "articles",
        "channel",
        "now",
        "segments",
        "tier",
        "units",
        "units_of",
        "values",
    )

    def __init__(self, order: Snapshot) -> None:
        basket, customer = order.basket, order.customer
        assert basket is not None
        assert customer is not None
        self.now = microseconds(order.now)
        self.amounts: dict[str, int] = {}
        self.units_of: dict[str, int] = {}
        self.values: dict[str, list[int]] = {}
        self.amount = self.units = 0
        for line in basket.lines:
            value, quantity = line.value or 0, line.quantity
            self.amount += value
            self.units += quantity
            for name in (line.product_id or "", *line.collections):
                self.amounts[name] = self.amounts.get(name, 0) + value
                self.units_of[name] = self.units_of.get(name, 0) + quantity
                self.values.setdefault(name, []).append(value)
        self.articles = self.amounts.keys()
        self.segments = frozenset(customer.segments)
        self.tier = customer.metadata.get("tier")
        self.channel = basket.metadata.get("channel")


type Test = Callable[[Prepared], bool]


type Compiled = tuple[int, int, tuple[Test, ...], Callable[[Prepared], int], int | None, int, int]


class Naive:
    """The loop with its compiled promotions, newest first."""

    def __init__(self, entries: Iterable[tuple[int, Candidate, int]]) -> None:
        self._compiled = [compiled(key, candidate, rank) for key, candidate, rank in entries]
        self._compiled.sort(key=lambda one: -one[-1])

    def matching(self, order: Snapshot) -> list[Match]:
        prepared = Prepared(order)
        now = prepared.now
        found = []
        for starts, ends, tests, worth, room, key, rank in self._compiled:
            if not starts <= now < ends:
                continue
            for test in tests:
                if not test(prepared):
                    break
            else:
                off = worth(prepared)
                if room is None or off <= room:
                    found.append(Match(key, off, rank))
        return found

    def best(self, order: Snapshot) -> list[Match]:
        found = self.matching(order)
        return [max(found, key=lambda match: (match.worth, match.rank))] if found else []

    def page(self, order: Snapshot, limit: int) -> list[Match]:
        prepared = Prepared(order)
        now = prepared.now
        found: list[Match] = []
        for starts, ends, tests, worth, room, key, rank in self._compiled:
            if not starts <= now < ends or not all(test(prepared) for test in tests):
                continue
            off = worth(prepared)
            if room is None or off <= room:
                found.append(Match(key, off, rank))
                if len(found) == limit:
                    break
        return found


def compiled(key: int, candidate: Candidate, rank: int) -> Compiled:
    """Dates in microseconds, tests, worth, what the budget leaves, key, rank."""
    (rules,) = candidate.rules
    by_key = {rule.key: rule for rule in rules.rules}
    assert isinstance(rules.logic, All)
    tests, room = [], None
    for part in rules.logic.of:
        if isinstance(part, Leaf) and part.key == "budget":
            (limit,) = by_key["budget"].conditions[0].operands
            room = limit - candidate.counts[by_key["budget"].name]  # type: ignore[operator]
        else:
            tests.append(_logic(part, by_key))
    assert candidate.discount is not None
    entries = rules.applicable_to.included
    worth = _worth(candidate.discount, entries[0].item.id if entries else "")
    validity = candidate.validity
    assert validity.starts_at is not None
    assert validity.ends_at is not None
    return (
        microseconds(validity.starts_at),
        microseconds(validity.ends_at),
        tuple(tests),
        worth,
        room,
        key,
        rank,
    )


def _logic(logic: Logic, by_key: dict[str, Rule]) -> Test:
    if isinstance(logic, Leaf):
        return _rule(by_key[logic.key])
    parts = tuple(_logic(part, by_key) for part in logic.of)
    if isinstance(logic, Any_) and len(parts) == 2:
        left, right = parts
        return lambda order: left(order) or right(order)
    raise NotImplementedError(logic)


def _rule(rule: Rule) -> Test:
    (condition,) = rule.conditions
    first: Any = condition.operands[0]
    match rule.name:
        case "order.items.any" if rule.rules:
            return _enough(first.id, rule.rules[0])
        case "order.items.any":
            name = first.id
            return lambda order: name in order.articles
        case "order.items.none":
            name = first.id
            return lambda order: name not in order.articles
        case "order.amount":
            return lambda order: order.amount >= first
        case "order.items.count":
            return lambda order: order.units >= first
        case "customer.segment":
            wanted = frozenset(condition.operands)
            return lambda order: not wanted.isdisjoint(order.segments)
        case "customer.metadata":
            return lambda order: order.tier == first
        case "order.metadata":
            return lambda order: order.channel == first
    raise NotImplementedError(rule.name)


def _enough(name: str, below: Rule) -> Test:
    limit: Any = below.conditions[0].operands[0]
    if below.name == "order.items.aggregated_quantity":
        return lambda order: order.units_of.get(name, 0) >= limit
    return lambda order: order.amounts.get(name, 0) >= limit


def _worth(effect: Effect, target: str) -> Callable[[Prepared], int]:
    if isinstance(effect, PercentOffOrder):
        percent, limit = int(effect.percent_off), effect.amount_limit
        if limit is None:
            return lambda order: (order.amount * percent * 2 + 100) // 200
        return lambda order: min((order.amount * percent * 2 + 100) // 200, limit)
    if isinstance(effect, AmountOffOrder):
        amount = effect.amount_off
        return lambda order: min(order.amount, amount)
    if isinstance(effect, PercentOffItems):
        percent = int(effect.percent_off)
        return lambda order: sum((v * percent * 2 + 100) // 200 for v in order.values.get(target, ()))
    if isinstance(effect, AmountOffItems):
        amount = effect.amount_off
        return lambda order: sum(min(v, amount) for v in order.values.get(target, ()))
    raise NotImplementedError(effect)
