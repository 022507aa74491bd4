"""How many units may be discounted: per line, per entry, in the life of a campaign. Contract: 5.5.

The units that come last in application order lose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.applicability import Entry, UnitLimit
from engine.basket import Line
from engine.codec import Data
from engine.picking import Picked

_PER_ARTICLE: Final = frozenset(
    {
        UnitLimit.COLLECTION_CAMPAIGN,
        UnitLimit.COLLECTION_CUSTOMER_CAMPAIGN,
        UnitLimit.COLLECTION_TIER,
        UnitLimit.COLLECTION_CUSTOMER_TIER,
    }
)

type Figure = Callable[[int | None, str | None, int | None], int | None]
"""(static figure, formula, line index) -> units, None = no limit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscountedUnits(Data):
    """`units` of `article` (product or SKU id) were discounted under `entry`."""

    entry: Entry
    article: str
    units: int


def article_of(line: Line) -> str:
    """The id by which units of a line are counted: of its product, else its SKU, else the shop's own id."""
    return (
        line.product_id or line.sku_id or line.product_source_id or line.sku_source_id or line.source_id or ""
    )


def counter(limit: UnitLimit, entry: Entry, article: str) -> str:
    """The name of the counter in `Candidate.unit_counts` that `limit` reads."""
    name = f"{limit}:{entry.item.id}"
    return f"{name}:{article}" if limit in _PER_ARTICLE else name


def limited(
    entry: Entry,
    picks: Iterable[Picked],
    facts: Sequence[Line],
    counts: Mapping[str, Any],
    figure: Figure,
    bundles: int = 1,
) -> list[Picked]:
    """`picks` cut to the limits of `entry`; those that are left without a unit are dropped.

    The two limits of one order are per bundle; those over the life of a campaign or tier are not.
    """
    if not has_limits(entry):
        return list(picks)
    whole = figure(entry.aggregated_quantity_limit, entry.aggregated_quantity_limit_formula, None)
    left = None if whole is None else whole * bundles
    counters: dict[str, int] = {}
    kept = []
    for pick in picks:
        units = pick.units
        per_line = figure(entry.quantity_limit, entry.quantity_limit_formula, pick.index)
        if per_line is not None:
            units = min(units, per_line * bundles)
        if left is not None:
            units = min(units, left)
        article = article_of(facts[pick.index])
        names = []
        for rule in entry.unit_limits:
            limit = figure(rule.quantity, rule.formula, None)
            if limit is None:
                continue
            name = counter(rule.limit, entry, article)
            names.append(name)
            if name not in counters:
                counters[name] = int(counts.get(name) or 0)
            units = min(units, max(0, limit - counters[name]))
        if units <= 0:
            continue
        if left is not None:
            left -= units
        for name in names:
            counters[name] += units
        kept.append(Picked(index=pick.index, units=units, first=pick.first, step=pick.step))
    return kept


def has_limits(entry: Entry) -> bool:
    """Does the entry limit units at all?"""
    return (
        entry.quantity_limit is not None
        or entry.quantity_limit_formula is not None
        or entry.aggregated_quantity_limit is not None
        or entry.aggregated_quantity_limit_formula is not None
        or bool(entry.unit_limits)
    )
