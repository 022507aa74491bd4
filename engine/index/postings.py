"""Which slots ask for one of some words: word -> set of slots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Self

from engine.index.bits import MASK, SINGLE, SLOT, slots

type Held = int | tuple[int, ...]
"""One slot (negative, see `bits.SINGLE`), a few (tuple of slots), or many (the set itself)."""

_FEW: Final = 8


class Postings:
    """Mutable while a block is being made, never afterwards."""

    __slots__ = ("_held",)

    def __init__(self, held: dict[str, Held] | None = None) -> None:
        self._held: dict[str, Held] = {} if held is None else held

    def add(self, words: Iterable[str], slot: int) -> None:
        for word in words:
            held = self._held.get(word)
            if held is None:
                self._held[word] = SINGLE[slot]
            elif isinstance(held, tuple):
                self._held[word] = (*held, SLOT[slot]) if len(held) < _FEW else _set(held) | MASK[slot]
            else:
                self._held[word] = (SLOT[~held], SLOT[slot]) if held < 0 else held | MASK[slot]

    def remove(self, slot: int) -> None:
        mask = MASK[slot]
        single = SINGLE[slot]
        for word, held in list(self._held.items()):
            if isinstance(held, tuple):
                if slot in held:
                    left = tuple(other for other in held if other != slot)
                    self._held[word] = left if len(left) > 1 else SINGLE[left[0]]
            elif held in (single, mask):
                del self._held[word]
            elif held > 0 and held & mask:
                self._held[word] = held ^ mask

    def hits(self, words: frozenset[str]) -> int:
        """The set of slots that ask for any of `words`."""
        found = 0
        held_by = self._held
        for word in held_by.keys() & words if len(words) > _FEW else words:
            if word not in held_by:
                continue
            held = held_by[word]
            if held.__class__ is tuple:
                for slot in held:
                    found |= MASK[slot]
            elif held < 0:  # type: ignore[operator]
                found |= MASK[~held]  # type: ignore[operator]
            else:
                found |= held  # type: ignore[operator]
        return found

    def values(self) -> Mapping[int, tuple[str, ...]]:
        """The words of every slot."""
        found: dict[int, tuple[str, ...]] = {}
        for word, held in self._held.items():
            for slot in held if isinstance(held, tuple) else (~held,) if held < 0 else slots(held):
                found[slot] = (*found.get(slot, ()), word)
        return found

    def copy(self) -> Self:
        return type(self)(dict(self._held))

    def seal(self) -> None:
        """Nothing is prepared here."""


def _set(few: tuple[int, ...]) -> int:
    found = 0
    for slot in few:
        found |= MASK[slot]
    return found
