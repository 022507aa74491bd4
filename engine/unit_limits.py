"""How many units may be discounted: per line, per entry, in the life of a campaign. Contract: 5.5.

The units that come last in application order lose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.applicability import Entry, UnitLimit
from engine.basket import Line
from engine.codec import Data
from engine.picking import Picked

if TYPE_CHECKING:
    from engine.snapshot import Candidate

OF_TIER: Final = frozenset(
    {
        UnitLimit.TIER,
        UnitLimit.CUSTOMER_TIER,
        UnitLimit.COLLECTION_TIER,
        UnitLimit.COLLECTION_CUSTOMER_TIER,
    }
)
"""Limits whose counters belong to a promotion tier, not to the whole campaign."""
_EVERYTHING: Final = 10**18
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


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitUse:
    """One limit over the life of a campaign at one line: what the guards of a decision are made of.

    `given` units counted under `name` at earlier lines of the step; `wanted` = what everything else allowed,
    `units` = what was allowed at last. `granted` = what the session holds of the counter.
    """

    name: str
    limit: int
    given: int
    wanted: int
    units: int
    granted: int

    def allows(self, prior: int) -> int:
        """Units that this line gets when the counter stands at `prior` before the step."""
        return min(self.wanted, _room(self.limit, prior, self.given, self.granted))


class UnitMeter:
    """The counters of units while one step works. `uses` tells what was asked of each limit."""

    __slots__ = ("_amounts", "_counts", "_given", "_granted", "uses")

    def __init__(self, candidate: Candidate) -> None:
        self._counts: Final[Mapping[str, Any]] = candidate.unit_counts
        self._granted: Final = candidate.granted
        self._amounts: Final[Mapping[str, Any]] = candidate.granted_amounts
        self._given: Final[dict[str, int]] = {}
        self.uses: Final[list[UnitUse]] = []

    def take(self, wanted: int, limits: Mapping[str, int]) -> int:
        """Of `wanted` units of one line those within `limits`, by the names of their counters."""
        rooms = {name: self._left(name, limit) for name, limit in limits.items()}
        units = min(wanted, *rooms.values()) if rooms else wanted
        for name, limit in limits.items():
            others = (room for other, room in rooms.items() if other != name)
            given = self._given.get(name, 0)
            self.uses.append(
                UnitUse(
                    name=name,
                    limit=limit,
                    given=given,
                    wanted=min((wanted, *others)),
                    units=units,
                    granted=self._held(name),
                )
            )
            self._given[name] = given + units
        return units

    def _left(self, name: str, limit: int) -> int:
        prior = int(self._counts.get(name) or 0)
        return _room(limit, prior, self._given.get(name, 0), self._held(name))

    def _held(self, name: str) -> int:
        return int(self._amounts.get(name, _EVERYTHING)) if name in self._granted else 0


def _room(limit: int, prior: int, given: int, granted: int) -> int:
    return max(0, limit - prior - given, granted - given)


def limited(
    entry: Entry,
    picks: Iterable[Picked],
    facts: Sequence[Line],
    meter: UnitMeter | None,
    figure: Figure,
    bundles: int = 1,
) -> list[Picked]:
    """`picks` cut to the limits of `entry`; those that are left without a unit are dropped.

    `meter` None = the entry has no limits over the life of a campaign.
    The two limits of one order are per bundle; those over the life of a campaign or tier are not.
    """
    if not has_limits(entry):
        return list(picks)
    whole = figure(entry.aggregated_quantity_limit, entry.aggregated_quantity_limit_formula, None)
    left = None if whole is None else whole * bundles
    kept = []
    for pick in picks:
        units = pick.units
        per_line = figure(entry.quantity_limit, entry.quantity_limit_formula, pick.index)
        if per_line is not None:
            units = min(units, per_line * bundles)
        if left is not None:
            units = min(units, left)
        if meter is not None and units > 0:
            units = meter.take(units, _unit_limits(entry, article_of(facts[pick.index]), figure))
        if units <= 0:
            continue
        if left is not None:
            left -= units
        kept.append(Picked(index=pick.index, units=units, first=pick.first, step=pick.step))
    return kept


def _unit_limits(entry: Entry, article: str, figure: Figure) -> dict[str, int]:
    limits = {}
    for rule in entry.unit_limits:
        limit = figure(rule.quantity, rule.formula, None)
        if limit is not None:
            limits[counter(rule.limit, entry, article)] = limit
    return limits


def has_limits(entry: Entry) -> bool:
    """Does the entry limit units at all?"""
    return (
        entry.quantity_limit is not None
        or entry.quantity_limit_formula is not None
        or entry.aggregated_quantity_limit is not None
        or entry.aggregated_quantity_limit_formula is not None
        or bool(entry.unit_limits)
    )
