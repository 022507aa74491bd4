"""The same promotions as expressions of CEL and of zen, and an order as the values they are evaluated on.

The order is prepared once, with units and amounts summed by article, so that a condition is one comparison;
what a promotion is worth is calculated as in the naive loop.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from engine.index import Match
from engine.rules.tree import All, Leaf, Logic, Rule
from engine.snapshot import Candidate, Snapshot
from tests.bench.naive import Compiled, Prepared, compiled

type Entries = Iterable[tuple[int, Candidate, int]]


class Cel:
    """One compiled program for each promotion (`common-expression-language`, Rust)."""

    def __init__(self, entries: Entries) -> None:
        import cel

        self._context = cel.Context
        self._programs = [(cel.compile(_text(entry[1], "&&", "||")), compiled(*entry)) for entry in entries]

    def matching(self, order: Snapshot) -> list[Match]:
        prepared = Prepared(order)
        context = self._context(_values(prepared))
        found = [one for program, one in self._programs if program.execute(context)]
        return _worths(found, prepared)


class Zen:
    """One decision table with a row for each promotion, all hits collected (`zen-engine`, Rust)."""

    def __init__(self, entries: Entries) -> None:
        import zen

        rows = []
        self._compiled: dict[int, Compiled] = {}
        for key, candidate, rank in entries:
            self._compiled[key] = compiled(key, candidate, rank)
            rows.append({"_id": str(key), "when": _text(candidate, "and", "or"), "then": str(key)})
        place = {"x": 0, "y": 0}
        table = {
            "hitPolicy": "collect",
            "inputs": [{"id": "when", "name": "when", "field": ""}],
            "outputs": [{"id": "then", "name": "key", "field": "key"}],
            "rules": rows,
        }
        nodes = [
            {"id": "in", "type": "inputNode", "name": "in", "position": place},
            {
                "id": "table",
                "type": "decisionTableNode",
                "name": "table",
                "position": place,
                "content": table,
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": place},
        ]
        edges = [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ]
        content = {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
        self._engine = zen.ZenEngine()
        self._decision = self._engine.create_decision(zen.ZenDecisionContent(json.dumps(content)))

    def matching(self, order: Snapshot) -> list[Match]:
        prepared = Prepared(order)
        rows: Any = self._decision.evaluate(_values(prepared))["result"]
        return _worths([self._compiled[int(row["key"])] for row in rows], prepared)


def _worths(found: Iterable[Compiled], prepared: Prepared) -> list[Match]:
    matches = []
    for _, _, _, worth, room, key, rank in found:
        off = worth(prepared)
        if room is None or off <= room:
            matches.append(Match(key, off, rank))
    return sorted(matches, key=lambda match: -match.rank)


def _values(order: Prepared) -> dict[str, Any]:
    """Counts of articles that are not in the order are not there either: expressions ask `in` first."""
    return {
        "now": order.now,
        "amount": order.amount,
        "units": order.units,
        "articles": list(order.articles),
        "units_of": order.units_of,
        "amounts": order.amounts,
        "segments": sorted(order.segments),
        "tier": order.tier,
        "channel": order.channel,
    }


def _text(candidate: Candidate, both: str, either: str) -> str:
    (rules,) = candidate.rules
    by_key = {rule.key: rule for rule in rules.rules}
    starts, ends, *_ = compiled(0, candidate, 0)
    dates = f"now >= {starts} {both} now < {ends}"
    logic = All(of=tuple(part for part in rules.logic.of if part != Leaf(key="budget")))  # type: ignore[union-attr]
    return f"{dates} {both} {_logic(logic, by_key, both, either)}"


def _logic(logic: Logic, by_key: dict[str, Rule], both: str, either: str) -> str:
    if isinstance(logic, Leaf):
        return _rule(by_key[logic.key], both, either)
    word = both if isinstance(logic, All) else either
    return "(" + f" {word} ".join(_logic(part, by_key, both, either) for part in logic.of) + ")"


def _rule(rule: Rule, both: str, either: str) -> str:
    (condition,) = rule.conditions
    first: Any = condition.operands[0]
    match rule.name:
        case "order.items.any" if rule.rules:
            below = rule.rules[0]
            sums = "units_of" if below.name == "order.items.aggregated_quantity" else "amounts"
            limit = below.conditions[0].operands[0]
            return f'("{first.id}" in articles {both} {sums}["{first.id}"] >= {limit})'
        case "order.items.any":
            return f'"{first.id}" in articles'
        case "order.items.none":
            return f'{"!" if both == "&&" else "not"}("{first.id}" in articles)'
        case "order.amount":
            return f"amount >= {first}"
        case "order.items.count":
            return f"units >= {first}"
        case "customer.segment":
            parts = f" {either} ".join(f'"{one}" in segments' for one in condition.operands)
            return f"({parts})"
        case "customer.metadata":
            return f'tier == "{first}"'
        case "order.metadata":
            return f'channel == "{first}"'
    raise NotImplementedError(rule.name)
