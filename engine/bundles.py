"""Product bundles: how many complete ones are in the basket. Contract: 5.13."""

from __future__ import annotations

from dataclasses import dataclass

from engine.codec import Data
from engine.items import ItemRef


@dataclass(frozen=True, kw_only=True, slots=True)
class Component(Data):
    """`quantity` units of `item` are needed for one bundle."""

    item: ItemRef
    quantity: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle(Data):
    """`bundle_rules` of a rule; at most `limit` bundles of one order count."""

    components: tuple[Component, ...]
    limit: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundItem(Data):
    """A component in the basket: `line` is the index of the line, `quantity` its units that count."""

    item: ItemRef
    line: int
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleCount(Data):
    """What of a bundle is in the basket: complete ones, and what one more would still need."""

    quantity: int
    limit: int
    identified: tuple[FoundItem, ...] = ()
    missing: tuple[Component, ...] = ()
