"""Which slots a number is large enough for: sorted thresholds with the sets of their prefixes.

"At most T" is kept as "at least -T" of the negated number.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Final, Self

from engine.index.bits import MASK

LARGEST: Final = 2**62
"""Thresholds beyond this are not indexed but verified."""

_STEP: Final = 128
_FEW: Final = 8


class Thresholds:
    """`seal()` prepares the prefixes; after that only `hits` is called."""

    __slots__ = ("_last", "_prefixes", "_slots", "_unsorted", "_values")

    def __init__(self) -> None:
        self._values = array("q")
        self._slots = array("H")
        self._unsorted: list[tuple[int, int]] = []
        self._prefixes: list[int] = [0]
        self._last = (0, 0)

    def add(self, threshold: int, slot: int) -> None:
        self._unsorted.append((threshold, slot))

    def remove(self, slot: int) -> None:
        if slot not in self._slots:
            return
        at = self._slots.index(slot)
        del self._slots[at]
        del self._values[at]
        prefixes = self._prefixes
        if len(self._slots) // _STEP + 1 < len(prefixes):
            prefixes.pop()
        for step in range(at // _STEP + 1, len(prefixes)):
            # One slot leaves every later prefix, and the next one moves up into it.
            prefixes[step] = prefixes[step] ^ MASK[slot] | MASK[self._slots[step * _STEP - 1]]
        self._last = (0, 0)

    def hits(self, number: int) -> int:
        """The set of slots whose threshold is at most `number`."""
        end = bisect_right(self._values, number)
        # Most requests stand at the same place as the one before: `now` above all. A pair is put at once.
        last, found = self._last
        if last == end:
            return found
        step = end // _STEP
        found = self._prefixes[step]
        for slot in self._slots[step * _STEP : end]:
            found |= MASK[slot]
        self._last = (end, found)
        return found

    def values(self) -> Mapping[int, int]:
        """The threshold of every slot."""
        return dict(zip(self._slots, self._values, strict=True))

    def copy(self) -> Self:
        twin = type(self)()
        twin._values, twin._slots = self._values[:], self._slots[:]
        twin._prefixes = list(self._prefixes)
        return twin

    def seal(self) -> None:
        """Take in what was added, and prepare the set of every 128th prefix."""
        if len(self._unsorted) <= _FEW:
            for value, slot in self._unsorted:
                self._insert(value, slot)
        else:
            pairs = sorted([*zip(self._values, self._slots, strict=True), *self._unsorted])
            self._values = array("q", [value for value, _ in pairs])
            self._slots = array("H", [slot for _, slot in pairs])
            found, self._prefixes = 0, [0]
            for place, slot in enumerate(self._slots, start=1):
                found |= MASK[slot]
                if place % _STEP == 0:
                    self._prefixes.append(found)
        self._unsorted = []
        self._last = (0, 0)

    def _insert(self, value: int, slot: int) -> None:
        at = bisect_left(self._values, value)
        self._values.insert(at, value)
        self._slots.insert(at, slot)
        prefixes = self._prefixes
        for step in range(at // _STEP + 1, len(prefixes)):
            # One slot comes into every later prefix, and its last one is moved out of it.
            prefixes[step] = prefixes[step] ^ MASK[self._slots[step * _STEP]] | MASK[slot]
        if len(self._slots) % _STEP == 0:
            found = prefixes[-1]
            for other in self._slots[(len(prefixes) - 1) * _STEP :]:
                found |= MASK[other]
            prefixes.append(found)
