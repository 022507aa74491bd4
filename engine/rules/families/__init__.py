"""Registry of rule names. A new family = one file here, one line in `_FILES`, one test file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.rules.families import counters, customer, items, matched_lines, orders, products, redemptions
from engine.rules.families.base import Family, Group, Kind, Scalar, Scene

__all__ = ["ALIASES", "REGISTRY", "Family", "Group", "Kind", "Scalar", "Scene", "canonical", "names"]

_FILES: Final = (
    customer.FAMILIES,
    orders.FAMILIES,
    items.FAMILIES,
    matched_lines.FAMILIES,
    products.FAMILIES,
    counters.FAMILIES,
    redemptions.FAMILIES,
)

REGISTRY: Final[Mapping[str, Family]] = {family.name: family for file in _FILES for family in file}

ALIASES: Final[Mapping[str, str]] = {
    **{name.replace(".", "_"): name for name in REGISTRY},
    "now": redemptions.NOW,
    "redemption.time": redemptions.NOW,
    "redemption_time": redemptions.NOW,
}
"""Old payloads write underscores (contract 11.2)."""


def canonical(name: str) -> str:
    """The name that the registry knows; an unknown one as it is."""
    return name if name in REGISTRY else ALIASES.get(name, name)


def names(group: Group) -> frozenset[str]:
    """All rule names of a group: what a scenario that judges only some of them leaves out."""
    return frozenset(family.name for family in REGISTRY.values() if family.group is group)
