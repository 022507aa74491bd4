"""Which lines and units an item discount may touch. Contract: 5.3 to 5.5.

Included entries are worked through in listed order; excluded ones beat them; `included_all` means every line.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from engine.basket import Line
from engine.codec import Data
from engine.items import SPECIFICITY, ItemObject, ItemRef, matches


class Pick(StrEnum):
    """Wire values of `effect` of an entry: which of the matching lines or units."""

    EVERY = "APPLY_TO_EVERY"
    CHEAPEST = "APPLY_TO_CHEAPEST"
    FROM_CHEAPEST = "APPLY_FROM_CHEAPEST"
    MOST_EXPENSIVE = "APPLY_TO_MOST_EXPENSIVE"
    FROM_MOST_EXPENSIVE = "APPLY_FROM_MOST_EXPENSIVE"


class Target(StrEnum):
    """Whether the picks count order lines or single units."""

    ITEM = "ITEM"
    UNIT = "UNIT"


class UnitLimit(StrEnum):
    """Limits on discounted units over the life of a campaign or tier; each has its counter. Contract 5.5."""

    CAMPAIGN = "product_campaign_quantity_limit"
    CUSTOMER_CAMPAIGN = "product_customer_campaign_quantity_limit"
    COLLECTION_CAMPAIGN = "product_in_collection_campaign_quantity_limit"
    COLLECTION_CUSTOMER_CAMPAIGN = "product_in_collection_customer_campaign_quantity_limit"
    TIER = "product_promotion_tier_quantity_limit"
    CUSTOMER_TIER = "product_customer_promotion_tier_quantity_limit"
    COLLECTION_TIER = "product_in_collection_promotion_tier_quantity_limit"
    COLLECTION_CUSTOMER_TIER = "product_in_collection_customer_promotion_tier_quantity_limit"


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitOfUnits(Data):
    """One such limit of an entry: a figure, or a formula with the figure as fallback."""

    limit: UnitLimit
    quantity: int | None = None
    formula: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry(Data):
    """One entry of `included` or `excluded`. Amounts are minor units; None = no limit.

    `price` replaces `fixed_amount` of a FIXED discount for the lines of this entry.
    """

    item: ItemRef
    pick: Pick = Pick.EVERY
    target: Target = Target.ITEM
    skip_initially: int = 0
    repeat: int = 1
    price: int | None = None
    price_formula: str | None = None
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None
    quantity_limit: int | None = None
    quantity_limit_formula: str | None = None
    aggregated_quantity_limit: int | None = None
    aggregated_quantity_limit_formula: str | None = None
    unit_limits: tuple[LimitOfUnits, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicability(Data):
    """`applicable_to` of a rule. Empty (no entries, not all) = it narrows nothing and targets nothing."""

    included: tuple[Entry, ...] = ()
    excluded: tuple[Entry, ...] = ()
    included_all: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.included or self.excluded or self.included_all)


ALL_LINES = Entry(item=ItemRef(object=ItemObject.PRODUCT, id=""))
"""Stands for "every line" where `included_all`, or a list of exclusions alone, names no entry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """An entry and the indices of the lines that it means, in request order."""

    entry: Entry
    indices: Sequence[int]


def groups(
    applicability: Applicability, lines: Sequence[Line], barred: Set[int] = frozenset()
) -> list[Group]:
    """The lines of every included entry, in listed order; each line stands under one entry only.

    That is the most specific one, then the first. `barred` lines and excluded ones stand nowhere.
    """
    included = applicability.included
    excluded = applicability.excluded
    eligible = [
        index
        for index, line in enumerate(lines)
        if index not in barred and not (excluded and any(matches(entry.item, line) for entry in excluded))
    ]
    if not included:
        return [Group(entry=ALL_LINES, indices=eligible)] if excluded or applicability.included_all else []
    if len(included) == 1 and not applicability.included_all:
        (only,) = included
        indices = [index for index in eligible if matches(only.item, lines[index])]
        return [Group(entry=only, indices=indices)]
    return _sorted_out(applicability, lines, eligible)


def _sorted_out(applicability: Applicability, lines: Sequence[Line], eligible: Sequence[int]) -> list[Group]:
    included = applicability.included
    found: list[list[int]] = [[] for _ in included]
    rest: list[int] = []
    for index in eligible:
        place = _place(included, lines[index])
        (rest if place is None else found[place]).append(index)
    result = [Group(entry=entry, indices=at) for entry, at in zip(included, found, strict=True)]
    if applicability.included_all:
        result.append(Group(entry=ALL_LINES, indices=rest))
    return result


def _place(entries: Sequence[Entry], line: Line) -> int | None:
    best, best_rank = None, len(SPECIFICITY)
    for place, entry in enumerate(entries):
        rank = SPECIFICITY[entry.item.object]
        if rank < best_rank and matches(entry.item, line):
            best, best_rank = place, rank
    return best
