"""Product bundles: how many complete ones are in the basket. Contract: 5.13."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.codec import Data
from engine.items import SPECIFICITY, ItemRef, matches

if TYPE_CHECKING:
    from engine.situation import Situation


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


def count(bundle: Bundle, situation: Situation) -> BundleCount:
    """How many complete bundles the running order holds; a unit serves one component only.

    Where components compete, SKUs choose before products, products before collections; each takes first
    what no other component could use. `identified` are the units of the complete bundles, of an incomplete
    one when there is none; `missing` is what one more needs, nothing once the limit is reached.
    """
    quantities = () if situation.before is None else tuple(line.quantity for line in situation.before.lines)
    fitting = [
        [index for index, line in enumerate(situation.lines) if matches(component.item, line)]
        for component in bundle.components
    ]
    complete = _complete(bundle, fitting, quantities)
    shown, _ = _assign(bundle, fitting, quantities, max(1, complete))
    _, lacking = _assign(bundle, fitting, quantities, complete + 1)
    return BundleCount(
        quantity=complete,
        limit=bundle.limit,
        identified=shown,
        missing=lacking if complete < bundle.limit else (),
    )


def _complete(bundle: Bundle, fitting: Sequence[Sequence[int]], quantities: Sequence[int]) -> int:
    """The largest number within the limit that can be assigned; found by halving."""
    low, high = 0, bundle.limit if bundle.components else 0
    while low < high:
        middle = (low + high + 1) // 2
        if _assign(bundle, fitting, quantities, middle)[1]:
            high = middle - 1
        else:
            low = middle
    return low


def _assign(
    bundle: Bundle, fitting: Sequence[Sequence[int]], quantities: Sequence[int], bundles: int
) -> tuple[tuple[FoundItem, ...], tuple[Component, ...]]:
    """Units for `bundles` bundles: what was found, and what is missing for them."""
    left = list(quantities)
    suitors = [sum(index in lines for lines in fitting) for index in range(len(left))]
    components = bundle.components
    order = sorted(range(len(components)), key=lambda place: SPECIFICITY[components[place].item.object])
    found: dict[int, list[FoundItem]] = {}
    missing: dict[int, Component] = {}
    for place in order:
        component = components[place]
        needed = component.quantity * bundles
        for index in sorted(fitting[place], key=lambda index: suitors[index]):
            units = min(left[index], needed)
            if units:
                left[index] -= units
                needed -= units
                found.setdefault(place, []).append(FoundItem(item=component.item, line=index, quantity=units))
        if needed:
            missing[place] = Component(item=component.item, quantity=needed)
    places = range(len(components))
    return (
        tuple(item for place in places for item in found.get(place, ())),
        tuple(missing[place] for place in places if place in missing),
    )
