"""All conflicts of a calendar: computed once, kept right by looking only at what was changed.

When everything meets everything, half a million pairs of campaigns are nobody's reading: the more campaigns
there are, the fewer conflicting partners of each are kept, those that give away most first (`kept_of`: all of
64 campaigns, 6 of a thousand each), and how many more it may meet is counted. A campaign that is among the
heaviest partners of many keeps all of these. Not safe for threads.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Final

from calendar_app.overlapping import beside, kinds
from calendar_app.overlapping.entries import Entry, entry_of
from calendar_app.overlapping.found import Found
from calendar_app.overlapping.items import Item
from calendar_app.overlapping.judge import Judge, Pair
from calendar_app.overlapping.masks import Masks
from calendar_app.overlapping.neighbours import Neighbours
from calendar_app.overlapping.world import World
from engine.algebra import Answer

FEWEST: Final = 6
_ALTOGETHER: Final = 6_144
_TRIED: Final = 5
"""So many times as many partners are looked at, at most."""
MOST_UNKNOWN: Final = 3
_MANY: Final = 100
MOST_BESIDE: Final = 3
"""Partners of one campaign with a shared budget, and with competing messages, that are told."""

type Place = tuple[int, str]
"""Units in order: what gives most away first, then by key."""


@dataclass(eq=False, slots=True)
class Unit:
    """A campaign with its tiers, or what a request makes of one. `mask` are its slots, `meets` those that it
    may meet. `looked` are the partners that were looked at, in their order; `is_full`: that was enough.
    """

    place: Place
    campaign: int
    entries: list[Entry]
    items: list[Item]
    mask: int = 0
    meets: int = 0
    looked: list[Place] = field(default_factory=list)
    is_full: bool = False
    beside: tuple[Found, ...] = ()

    @property
    def key(self) -> str:
        return self.place[1]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of two units: all that was found, and whether it counts among those that are looked for."""

    found: tuple[Found, ...]
    is_conflict: bool
    is_unknown: bool


def kept_of(units: int) -> int:
    """How many conflicting partners of each of so many campaigns are looked for."""
    return max(FEWEST, _ALTOGETHER // (1 << max(units - 1, 1).bit_length()))


class Board:
    def __init__(self, world: World, items: Iterable[Item] = ()) -> None:
        self.world: Final = world
        self.judge: Final = Judge(world)
        self._masks: Final = Masks()
        self._neighbours: Final = Neighbours()
        self._units: Final[dict[str, Unit]] = {}
        self._items: Final[dict[str, Item]] = {}
        self._keys: Final[dict[str, dict[str, None]]] = {}
        self._order: list[Place] = []
        self._verdicts: Final[dict[tuple[str, str], Verdict]] = {}
        self._dirty: set[str] = set()
        self._kept = kept_of(0)
        self.put_many(items)

    def put(self, item: Item) -> None:
        """Add it, or put it in the place of the one with its key. It is compared when somebody asks."""
        self.remove(item.key)
        self._items[item.key] = item
        self._keys.setdefault(item.unit, {})[item.key] = None
        self._dirty.add(item.unit)

    def put_many(self, items: Iterable[Item]) -> None:
        for item in items:
            self.put(item)

    def remove(self, key: str) -> None:
        """A key that is not there is fine."""
        item = self._items.pop(key, None)
        if item is not None:
            del self._keys[item.unit][key]
            self._dirty.add(item.unit)

    @property
    def items(self) -> list[Item]:
        return list(self._items.values())

    def conflicts(self) -> list[Found]:
        """All that are kept, what costs most first."""
        self._settle()
        return _sorted(one for unit in self._units.values() for one in self._of(unit))

    def of(self, unit: str) -> list[Found]:
        """Those of one campaign ("campaign:5") or request: also those that only its partner keeps."""
        return [one for one in self.conflicts() if unit in _units_of(one)]

    @property
    def left_out(self) -> dict[str, int]:
        """By unit, how many more it may meet that were not looked at; only where there are some."""
        self._settle()
        more = {
            key: sum(1 for _ in self._partners(unit)) - len(unit.looked)
            for key, unit in self._units.items()
            if unit.is_full
        }
        return {key: count for key, count in more.items() if count}

    @property
    def meeting_pairs(self) -> int:
        """Pairs of units that may meet, as far as bitmaps tell."""
        self._settle()
        return sum(1 for unit in self._units.values() for _ in self._partners(unit)) // 2

    def against(self, items: Sequence[Item]) -> list[Found]:
        """What the items of one campaign would collide with, as if they stood there in place of its own."""
        if not items:
            return []
        self._settle()
        unit = self._unit(items)
        for entry in unit.entries:
            self.judge.welcome(entry)
        unit.meets = self._meeting(unit)
        conflicts = 0
        found: list[Found] = list(self._beside_of(unit))
        for tried, other in enumerate(self._partners(unit)):
            if conflicts >= self._kept or tried >= self._kept * _TRIED:
                break
            verdict = verdict_of(unit, other, self.judge)
            found += verdict.found
            conflicts += verdict.is_conflict
        for entry in unit.entries:
            self.judge.forget(entry)
        return _sorted(found)

    # Keeping it right.

    def _settle(self) -> None:
        if not self._dirty:
            return
        changed, self._dirty = self._dirty, set()
        with _without_garbage_collection(len(changed) >= _MANY):
            self._bring_in(changed)

    def _bring_in(self, changed: set[str]) -> None:
        near: set[str] = set()
        stale: set[str] = set()
        for key in changed:
            near |= self._drop(key, stale)
        fresh = [unit for key in sorted(changed) if (unit := self._add(key)) is not None]
        self._order.sort()
        for unit in fresh:
            unit.meets = self._meeting(unit)
            near |= {unit.key, *self._neighbours.of(unit.items)}
        kept, self._kept = self._kept, kept_of(len(self._units))
        if kept != self._kept:
            stale |= self._units.keys()
        if len(fresh) < len(self._units):
            for unit in fresh:
                self._tell(unit, stale)
        for key in [*(unit.key for unit in fresh), *sorted(stale - changed)]:
            if key in self._units:
                self._fill(self._units[key])
        for key in near & self._units.keys():
            self._units[key].beside = tuple(self._beside_of(self._units[key]))

    def _drop(self, key: str, stale: set[str]) -> set[str]:
        """Returns those that had something in common with it."""
        unit = self._units.pop(key, None)
        if unit is None:
            return set()
        for entry in unit.entries:
            self._masks.remove(entry)
            self.judge.forget(entry)
        self._order.remove(unit.place)
        self._neighbours.drop(key, unit.items)
        for other in self._units.values():
            if other.meets & unit.mask:
                other.meets &= ~unit.mask
                if unit.place in other.looked:
                    other.looked.remove(unit.place)
                    stale.add(other.key)
            self._verdicts.pop(_names(key, other.key), None)
        return self._neighbours.of(unit.items)

    def _add(self, key: str) -> Unit | None:
        items = [self._items[one] for one in self._keys.get(key, ())]
        if not items:
            self._keys.pop(key, None)
            return None
        unit = self._units[key] = self._unit(items)
        for entry in unit.entries:
            self.judge.welcome(entry)
            self._masks.add(entry)
            unit.mask |= 1 << entry.slot
        self._order.append(unit.place)
        self._neighbours.add(key, unit.items)
        return unit

    def _unit(self, items: Sequence[Item]) -> Unit:
        reaching = [item for item in items if item.can_reach]
        made = (entry_of(item, self.world) for item in reaching)
        entries = sorted((one for one in made if one is not None), key=lambda entry: entry.potential)
        potential = entries[0].potential[0] if entries else 0
        return Unit(
            place=(potential, items[0].unit), campaign=items[0].campaign_id, entries=entries, items=reaching
        )

    def _meeting(self, unit: Unit) -> int:
        found = 0
        # Tiers mostly differ in nothing that the bitmaps know.
        for entry in {entry.reach: entry for entry in unit.entries}.values():
            found |= self._masks.meeting(entry)
        return found

    def _partners(self, unit: Unit) -> Iterator[Unit]:
        """In their order."""
        for _, key in self._order:
            other = self._units[key]
            if unit.meets & other.mask:
                yield other

    def _tell(self, unit: Unit, stale: set[str]) -> None:
        """Those that a new one meets meet it, and look at it, if they look so far."""
        for other in self._partners(unit):
            other.meets |= unit.mask
            if not other.is_full or unit.place < other.looked[-1]:
                stale.add(other.key)

    def _fill(self, unit: Unit) -> None:
        """Look at partners in their order until enough conflicts are known, and at no more."""
        looked: list[Place] = []
        conflicts = 0
        unit.is_full = False
        for other in self._partners(unit):
            if conflicts >= self._kept or len(looked) >= self._kept * _TRIED:
                unit.is_full = True
                break
            looked.append(other.place)
            conflicts += self._verdict(unit, other).is_conflict
        unit.looked = looked

    def _verdict(self, unit: Unit, other: Unit) -> Verdict:
        names = _names(unit.key, other.key)
        if names not in self._verdicts:
            self._verdicts[names] = verdict_of(unit, other, self.judge)
        return self._verdicts[names]

    def _of(self, unit: Unit) -> Iterator[Found]:
        yield from unit.beside
        unknown = 0
        for _, key in unit.looked:
            verdict = self._verdicts[_names(unit.key, key)]
            unknown += verdict.is_unknown
            if not verdict.is_unknown or unknown <= MOST_UNKNOWN:
                yield from verdict.found

    def _beside_of(self, unit: Unit) -> Iterator[Found]:
        """What needs no purchase."""
        yield from beside.blackouts(unit.entries, self.world)
        near = sorted(self._units[key].place for key in self._neighbours.of(unit.items))
        others = [self._units[key] for _, key in near]
        others = [one for one in others if one.key != unit.key and not _is_same_campaign(unit, one)]
        pairs = [(unit, one) if unit.key < one.key else (one, unit) for one in others]
        budgets = (beside.shared_budgets(one.entries, two.entries, self.world) for one, two in pairs)
        messages = (beside.competing_messages(one.items, two.items, self.world) for one, two in pairs)
        for found in (budgets, messages):
            yield from islice((one for one in found if one is not None), MOST_BESIDE)


@contextmanager
def _without_garbage_collection(is_wanted: bool) -> Iterator[None]:
    """Making very many objects that stay would start it all the time, each time with more to go through."""
    is_wanted = is_wanted and gc.isenabled()
    if is_wanted:
        gc.disable()
    try:
        yield
    finally:
        if is_wanted:
            gc.enable()


def verdict_of(unit: Unit, other: Unit, judge: Judge) -> Verdict:
    """The worst pair of their tiers counts; what nobody can tell only where no pair is known to collide."""
    left, right = (unit, other) if unit.key < other.key else (other, unit)
    pairs: Iterable[tuple[Entry, Entry]] = product(left.entries, right.entries)
    if len(left.entries) * len(right.entries) > 1:
        pairs = sorted(pairs, key=lambda pair: pair[0].potential[0] + pair[1].potential[0])
    unknown: Pair | None = None
    allowed: Pair | None = None
    for one, two in pairs:
        pair = judge.pair(one, two)
        if pair.answer is Answer.UNKNOWN and unknown is None:
            unknown = pair
        if pair.answer is not Answer.OVERLAPS:
            continue
        if kinds.is_conflict(pair):
            return Verdict(tuple(kinds.found_of(pair, judge.world)), is_conflict=True, is_unknown=False)
        allowed = allowed or pair
    if allowed is not None:
        return Verdict(tuple(kinds.found_of(allowed, judge.world)), is_conflict=False, is_unknown=False)
    if unknown is not None:
        return Verdict(tuple(kinds.found_of(unknown, judge.world)), is_conflict=False, is_unknown=True)
    return Verdict((), is_conflict=False, is_unknown=False)


def against(items: Item | Sequence[Item], board: Board) -> list[Found]:
    """What the items of ONE campaign (or request) would collide with.

    What the board holds of the same campaign is not compared with them.
    """
    return board.against([items] if isinstance(items, Item) else list(items))


def between(left: Sequence[Item], right: Sequence[Item], world: World) -> list[Found]:
    """All conflicts of two campaigns, without anything else."""
    board = Board(world, right)
    return [one for one in board.against(left) if one.right is not None]


def _names(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _units_of(found: Found) -> tuple[str, ...]:
    return (found.left.unit,) if found.right is None else (found.left.unit, found.right.unit)


def _is_same_campaign(unit: Unit, other: Unit) -> bool:
    return bool(unit.campaign) and unit.campaign == other.campaign


def _sorted(found: Iterable[Found]) -> list[Found]:
    """Each once, what costs most first."""
    by_key = {one.key: one for one in found}
    return sorted(by_key.values(), key=lambda one: (-one.weight, one.key))
