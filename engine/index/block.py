"""Up to some thousand candidates as bitmaps. A published block never changes; a change makes a copy."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Self, cast

from engine.index.bits import MASK, slots
from engine.index.bounds import Bound
from engine.index.components import ENDS, Component, FamilyKey, Value
from engine.index.deals import Deal
from engine.index.entry import Entry, Residue
from engine.index.facts import Facts
from engine.index.family import Family
from engine.index.match import Match

type SortKey = tuple[Any, ...]
"""What a shelf sorts entries by; see `shelf`."""

NEVER_ENDS: Final = 2**63 - 1
_make = tuple.__new__


class Block:
    """`low` and `high` are the sort keys of its shelf between which its entries lie.

    `live` is the set of used slots; `last_end` the latest end and `newest` the highest rank of any entry it
    has held; `tops` the largest figure of each bound.
    """

    __slots__ = (
        "_deals", "_families", "_keys", "_negatives", "_others", "_own", "_plan", "_ranks", "_residues",
        "high", "last_end", "live", "low", "newest", "oldest", "tops",
    )  # fmt: skip

    def __init__(self) -> None:
        self.live = 0
        self.low: SortKey = ()
        self.high: SortKey = ()
        self.last_end = 0
        self.newest = -(2**63)
        self.oldest = 2**63
        self.tops: dict[Bound, int] = {}
        self._keys = array("q")
        self._ranks = array("q")
        self._deals: list[Deal | None] = []
        self._residues: list[Residue | None] = []
        self._families: dict[FamilyKey, Family] = {}
        self._own: set[FamilyKey] = set()
        self._plan: tuple[tuple[Component, Callable[[Any], int], int], ...] = ()
        self._negatives: tuple[tuple[Component, Callable[[Any], int]], ...] = ()
        self._others: tuple[Family, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry], low: SortKey, high: SortKey) -> Self:
        block = cls()
        block.low, block.high = low, high
        for entry in entries:
            block._add(entry)
        # Without the room that growing lists keep: most blocks stay as they are.
        block._keys, block._ranks = block._keys[:], block._ranks[:]
        block._deals, block._residues = list(block._deals), list(block._residues)
        return block._sealed()

    def __len__(self) -> int:
        return self.live.bit_count()

    def changed(self, old: int | None, new: Entry | None, sort_key: SortKey) -> Self:
        """A copy without the entry of the key `old`, which is here, and with `new`, which is sorted so."""
        twin = self._copy()
        if old is not None:
            slot = self._slot(old)
            twin.live ^= MASK[slot]
            twin._deals[slot] = twin._residues[slot] = None
            for key, family in self._families.items():
                if family.bound & MASK[slot]:
                    twin._family(key).remove(slot)
        if new is not None:
            twin.low, twin.high = min(self.low, sort_key), max(self.high, sort_key)
            twin._add(new)
        return twin._sealed()

    def deal_of(self, key: int) -> Deal | None:
        """None when `key` is not here."""
        try:
            return self._deals[self._slot(key)]
        except ValueError:
            return None

    def collect(self, facts: Facts, found: list[Match]) -> None:
        """Append every match, in no particular order."""
        if self.last_end <= facts.unended:
            return
        bits = self.live
        omit, values = facts.omit, facts.values
        for component, hits, free in self._plan:
            if not omit or component.name not in omit:
                bits &= hits(values[component]) | free
                if not bits:
                    return
        for component, hits in self._negatives:
            if not omit or component.name not in omit:
                bits &= ~hits(values[component])
        for family in self._others:
            bits &= ~family.barred(facts)
        deals, residues, worths = self._deals, self._residues, facts.worths
        keys, ranks = self._keys, self._ranks
        while bits:
            slot = bits.bit_length() - 1
            bits ^= MASK[slot]
            residue = residues[slot]
            deal = deals[slot]
            worth = worths[deal] if residue is None else residue.worth(facts, deal)  # type: ignore[index,arg-type]
            if worth is not None:
                found.append(_make(Match, (keys[slot], worth, ranks[slot])))

    def most(self, facts: Facts) -> int:
        """No match is worth more."""
        return max([bound.most(figure, facts) for bound, figure in self.tops.items()], default=0)

    def entries(self) -> Iterator[Entry]:
        """Everything it holds, as it was put in."""
        asks: dict[int, list[tuple[FamilyKey, tuple[Value, ...]]]] = {}
        for key, family in self._families.items():
            for slot, values in family.values().items():
                asks.setdefault(slot, []).append((key, values))
        for slot in slots(self.live):
            deal = cast(Deal, self._deals[slot])
            held = tuple(asks.get(slot, ()))
            yield Entry(self._keys[slot], self._ranks[slot], deal, self._residues[slot], held)

    def _slot(self, key: int) -> int:
        """:raises ValueError: `key` is not here."""
        slot = self._keys.index(key)
        while not self.live & MASK[slot]:
            slot = self._keys.index(key, slot + 1)
        return slot

    def _add(self, entry: Entry) -> None:
        slot = self._free_slot(entry)
        self.live |= MASK[slot]
        self._deals[slot] = entry.deal
        self._residues[slot] = entry.residue
        ends = NEVER_ENDS
        for key, values in entry.asks:
            self._family(key).add(values, slot)
            if key[0][0] is ENDS:
                ends = 1 - values[0]  # type: ignore[operator]
        deal = entry.deal
        if deal.figure >= self.tops.get(deal.bound, 0):
            self.tops[deal.bound] = deal.figure
        self.last_end = max(self.last_end, ends)
        self.newest = max(self.newest, entry.rank)
        self.oldest = min(self.oldest, entry.rank)

    def _free_slot(self, entry: Entry) -> int:
        used = len(self._keys)
        if self.live.bit_count() == used:
            self._keys.append(entry.key)
            self._ranks.append(entry.rank)
            self._deals.append(None)
            self._residues.append(None)
            return used
        slot = (~self.live & (self.live + 1)).bit_length() - 1
        self._keys[slot] = entry.key
        self._ranks[slot] = entry.rank
        return slot

    def _family(self, key: FamilyKey) -> Family:
        """A family of this block's own, so that it may be changed."""
        family = self._families.get(key)
        if family is None:
            family = Family.empty(key)
        elif key not in self._own:
            family = family.copy()
        else:
            return family
        self._own.add(key)
        self._families[key] = family
        return family

    def _sealed(self) -> Self:
        """Prepare the families, those that refuse most first."""
        for key in self._own:
            if self._families[key].bound:
                self._families[key].seal()
            else:
                del self._families[key]
        self._own = set()
        families = sorted(self._families.values(), key=Family.rest_of)
        every = (1 << len(self._keys)) - 1
        # Nearly all families have one component that must be there; they are asked without a call more.
        self._plan = tuple(
            (one.pairs[0][0], one.pairs[0][1].hits, every ^ one.bound) for one in families if one.is_simple
        )
        self._negatives = tuple(
            (one.pairs[0][0], one.pairs[0][1].hits) for one in families if one.is_negative
        )
        self._others = tuple(one for one in families if not one.is_simple and not one.is_negative)
        return self

    def _copy(self) -> Self:
        twin = type(self)()
        twin.live, twin.low, twin.high = self.live, self.low, self.high
        twin.last_end, twin.newest, twin.oldest = self.last_end, self.newest, self.oldest
        twin.tops = dict(self.tops)
        twin._keys, twin._ranks = self._keys[:], self._ranks[:]
        twin._deals, twin._residues = list(self._deals), list(self._residues)
        twin._families = dict(self._families)
        return twin
