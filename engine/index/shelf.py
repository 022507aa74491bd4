"""Blocks in order of a sort key. Readers take the tuple of blocks; the writer puts another in its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Final

from engine.index.block import Block, SortKey
from engine.index.deals import Deal
from engine.index.entry import Entry

type Blocks = tuple[Block, ...]


def by_rank(entry: Entry) -> SortKey:
    """Oldest first."""
    return (entry.rank, entry.key)


def by_worth(entry: Entry) -> SortKey:
    """Deals of one bound together, by what they can be worth, the oldest first."""
    return (*entry.deal.bound, entry.deal.figure, entry.rank, entry.key)


class Shelf:
    """At first `fill` per cent of a block are used, so that there is room in its middle.

    `sort_key` of the entries of a block lies between its `low` and the `low` of the next one."""

    def __init__(self, sort_key: Callable[[Entry], SortKey], capacity: int, fill: int) -> None:
        self.blocks: Blocks = ()
        self._sort_key: Final = sort_key
        self._capacity: Final = capacity
        self._fill: Final = fill

    def fill(self, entries: Iterable[Entry]) -> None:
        """These and nothing else."""
        ordered = sorted(entries, key=self._sort_key)
        size = max(1, self._capacity * self._fill // 100)
        self.blocks = tuple(self._block(ordered[at : at + size]) for at in range(0, len(ordered), size))

    def change(self, old: Entry | None, new: Entry | None) -> None:
        """Take `old` out, which is there, and put `new` in, which is not: readers see both or neither."""
        blocks = self.blocks
        if old is not None and new is not None:
            sort_key = self._sort_key(new)
            at = _place(blocks, sort_key)
            if at is not None and at == _place(blocks, self._sort_key(old)):
                self.blocks = _spliced(blocks, at, blocks[at].changed(old.key, new, sort_key))
                return
        if old is not None:
            blocks = self._without(blocks, old)
        if new is not None:
            blocks = self._with(blocks, new)
        self.blocks = blocks

    def deal_of(self, sort_key: SortKey, key: int) -> Deal | None:
        """The deal of the entry that stands at `sort_key`, None when there is none of this `key`."""
        at = _place(self.blocks, sort_key)
        return None if at is None else self.blocks[at].deal_of(key)

    def _with(self, blocks: Blocks, entry: Entry) -> Blocks:
        sort_key = self._sort_key(entry)
        at = _place(blocks, sort_key)
        if at is None:
            return (self._block([entry]),)
        block = blocks[at]
        if len(block) < self._capacity:
            return _spliced(blocks, at, block.changed(None, entry, sort_key))
        if at == len(blocks) - 1 and sort_key > block.high:
            # The newest come last: nobody needs to move.
            return (*blocks, self._block([entry]))
        ordered = sorted([*block.entries(), entry], key=self._sort_key)
        middle = len(ordered) // 2
        return _spliced(blocks, at, self._block(ordered[:middle]), self._block(ordered[middle:]))

    def _without(self, blocks: Blocks, entry: Entry) -> Blocks:
        at = _place(blocks, self._sort_key(entry)) or 0
        block = blocks[at].changed(entry.key, None, ())
        return _spliced(blocks, at, *([block] if len(block) else []))

    def _block(self, ordered: list[Entry]) -> Block:
        return Block.of(ordered, self._sort_key(ordered[0]), self._sort_key(ordered[-1]))


def _place(blocks: Blocks, sort_key: SortKey) -> int | None:
    if not blocks:
        return None
    return max(0, bisect_right(blocks, sort_key, key=lambda block: block.low) - 1)


def _spliced(blocks: Blocks, at: int, *new: Block) -> Blocks:
    return (*blocks[:at], *new, *blocks[at + 1 :])
