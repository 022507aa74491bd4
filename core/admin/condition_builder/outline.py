"""How rules are joined, as a tree that can be drawn: groups of all / any within each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from engine.rules import RuleSyntaxError
from engine.rules.logic import keys_of, parse_logic
from engine.rules.tree import Any_, Leaf, Logic

LOGIC: Final = "logic"
_ALL, _ANY = "and", "or"


def outline(rules: Mapping[str, Any] | None) -> dict[str, Any]:
    """`{"join": "and", "of": [{"key": "1", "below": …}, {"join": "or", "of": […]}], "kept": null}`

    A logic that names a rule twice, or leaves one out, is no tree of rows: `kept` is its text, and the rules
    are listed as they are. Nobody may add or remove rows then.
    """
    wire = dict(rules) if isinstance(rules, Mapping) else {}
    text = str(wire.pop(LOGIC, None) or "")
    keys = sorted(wire, key=_rank)
    below = {key: outline(value.get("rules")) for key, value in wire.items() if isinstance(value, Mapping)}
    leaves = [{"key": key, "below": below.get(key)} for key in keys]
    try:
        logic = parse_logic(text, keys)
    except RuleSyntaxError:
        return {"join": _ALL, "of": leaves, "kept": text}
    if Counter(keys_of(logic)) != Counter(keys):
        return {"join": _ALL, "of": leaves, "kept": text}
    drawn = _drawn(logic, below)
    root = drawn if "join" in drawn else {"join": _ALL, "of": [drawn]}
    return {**root, "kept": None}


def _drawn(logic: Logic, below: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(logic, Leaf):
        return {"key": logic.key, "below": below.get(logic.key)}
    join = _ANY if isinstance(logic, Any_) else _ALL
    return {"join": join, "of": [_drawn(part, below) for part in logic.of]}


def _rank(key: str) -> tuple[bool, int, str]:
    is_number = key.isascii() and key.isdigit()
    return (not is_number, int(key) if is_number else 0, key)
