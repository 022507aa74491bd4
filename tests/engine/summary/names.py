"""What things are called in the tests of the summaries."""

from __future__ import annotations

from typing import Any

from engine import effects, rules
from engine.applicability import Applicability
from engine.rules import RuleSet
from engine.summary import Names

NAMES = Names(
    known={
        "seg_vip": "VIP",
        "seg_new": "Newcomers",
        "tier_gold": "Gold",
        "pc_coffee": "Coffee",
        "prod_espresso": "Espresso",
        "prod_decaf": "Decaf",
        "sku_large": "Large mug",
    },
    currency="EUR",
)
COFFEE = {"id": "pc_coffee", "object": "products_collection"}
ESPRESSO = {"id": "prod_espresso", "object": "product"}
DECAF = {"id": "prod_decaf", "object": "product"}
MUG = {"id": "sku_large", "object": "sku"}


def rule_set(*wires: dict[str, Any], logic: str = "", **more: Any) -> RuleSet:
    """Rules with the keys 1, 2, 3 ..."""
    numbered: dict[str, Any] = {str(place): wire for place, wire in enumerate(wires, 1)}
    return rules.parse({"rules": {**numbered, "logic": logic}, **more})


def targets(
    *included: dict[str, Any], excluded: tuple[dict[str, Any], ...] = (), **more: Any
) -> Applicability:
    return rule_set(
        applicable_to={"included": list(included), "excluded": list(excluded), **more}
    ).applicable_to


def effect(kind: str, name: str, **values: Any) -> effects.Effect:
    return effects.parse({"type": kind, "effect": name, **values})
