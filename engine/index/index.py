"""The candidate index: put, remove, and four questions. See README.md."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from operator import itemgetter
from threading import Lock
from typing import Final

from engine.index import compile
from engine.index.block import Block
from engine.index.directory import Directory
from engine.index.entry import Entry
from engine.index.facts import Facts
from engine.index.match import NEWNESS, PRICE, Match
from engine.index.shelf import Shelf, by_rank, by_worth
from engine.index.vocabulary import Vocabulary
from engine.snapshot import Candidate, Snapshot

BY_RANK: Final = 4096
BY_WORTH: Final = 2048
"""Candidates of a block: large ones cost less for all matches, small ones let more be left out."""

_PROMISE: Final = itemgetter(0, 1)
_NOTHING: Final[frozenset[str]] = frozenset()


class Index:
    """Candidates by key, ready for any request. "Matches" is what `evaluate` says of a candidate alone.

    Reading needs no lock and sees the state before or after a change, never half of one; writers wait for
    each other. `query` is a snapshot without candidates; rules named in `omit` count as fulfilled.
    """

    def __init__(self, *, by_rank_capacity: int = BY_RANK, by_worth_capacity: int = BY_WORTH) -> None:
        self._lock = Lock()
        self._vocabulary = Vocabulary()
        self._directory = Directory()
        self._by_rank = Shelf(by_rank, by_rank_capacity, fill=100)
        self._by_worth = Shelf(by_worth, by_worth_capacity, fill=85)

    def __len__(self) -> int:
        """Keys that were put, those that nothing can make apply among them."""
        return len(self._directory)

    def put(self, key: int, candidate: Candidate, *, rank: int) -> None:
        """Add the candidate, or put it in the place of the one with this key. Bigger `rank` = newer."""
        with self._lock:
            self._put(key, candidate, rank)

    def put_many(self, entries: Iterable[tuple[int, Candidate, int]]) -> None:
        """Many (key, candidate, rank) at once; of equal keys the last one stays."""
        with self._lock:
            new = {key: (candidate, rank) for key, candidate, rank in entries}
            if 4 * len(new) < len(self._directory):
                for key, (candidate, rank) in new.items():
                    self._put(key, candidate, rank)
                return
            kept = [
                entry for block in self._by_rank.blocks for entry in block.entries() if entry.key not in new
            ]
            for key, (candidate, rank) in new.items():
                entry = compile.entry(key, candidate, rank, self._vocabulary)
                if entry is not None:
                    kept.append(entry)
            self._directory.update({key: rank for key, (_, rank) in new.items()})
            self._by_rank.fill(kept)
            self._by_worth.fill(kept)

    def remove(self, key: int) -> None:
        """Take the candidate out; a key that is not there is fine."""
        with self._lock:
            self._change(self._known(key), None)
            self._directory.remove(key)

    def matching(self, query: Snapshot, *, omit: frozenset[str] = _NOTHING) -> list[Match]:
        """Every match, newest first."""
        facts = Facts(query, omit, self._vocabulary.amounts)
        found: list[Match] = []
        for block in reversed(self._by_rank.blocks):
            _collect(block, facts, found)
        return found

    def page(
        self,
        query: Snapshot,
        *,
        limit: int,
        below_rank: int | None = None,
        omit: frozenset[str] = _NOTHING,
    ) -> list[Match]:
        """The newest `limit` matches, of those with a rank below `below_rank`."""
        facts = Facts(query, omit, self._vocabulary.amounts)
        found: list[Match] = []
        for block in reversed(self._by_rank.blocks):
            if len(found) >= limit:
                break
            if below_rank is None or block.newest < below_rank:
                _collect(block, facts, found)
            elif block.oldest < below_rank:
                part: list[Match] = []
                _collect(block, facts, part)
                found += [match for match in part if match.rank < below_rank]
        return found[:limit]

    def best(self, query: Snapshot, *, limit: int = 1, omit: frozenset[str] = _NOTHING) -> list[Match]:
        """The `limit` matches that take most off, biggest first, of equal ones the newest first."""
        facts = Facts(query, omit, self._vocabulary.amounts)
        found: list[Match] = []
        for most, newest, block in _promising(self._by_worth.blocks, facts):
            if len(found) >= limit:
                last = found[-1]
                if most < last.worth:
                    break
                if most == last.worth and newest < last.rank:
                    continue
            block.collect(facts, found)
            found.sort(key=PRICE, reverse=True)
            del found[limit:]
        return found

    def least(self, query: Snapshot, *, limit: int = 1, omit: frozenset[str] = _NOTHING) -> list[Match]:
        """The `limit` matches that take least off, smallest first, of equal ones the newest first."""
        found = self.matching(query, omit=omit)
        return heapq.nsmallest(limit, found, key=lambda match: (match.worth, -match.rank, -match.key))

    def _put(self, key: int, candidate: Candidate, rank: int) -> None:
        new = compile.entry(key, candidate, rank, self._vocabulary)
        self._change(self._known(key), new)
        self._directory.put(key, rank)

    def _change(self, old: Entry | None, new: Entry | None) -> None:
        self._by_rank.change(old, new)
        self._by_worth.change(old, new)

    def _known(self, key: int) -> Entry | None:
        """As much of the entry of `key` as is needed to find it, None when it is in no block."""
        rank = self._directory.get(key)
        deal = None if rank is None else self._by_rank.deal_of((rank, key), key)
        return None if rank is None or deal is None else Entry(key, rank, deal, None, ())


def _promising(blocks: tuple[Block, ...], facts: Facts) -> list[tuple[int, int, Block]]:
    """(most that a match can be worth, newest rank, block), the most promising first.

    Of blocks that may be worth the same the newest comes first: it can make the others needless.
    """
    if len(blocks) == 1:
        return [(0, 0, blocks[0])]
    found = [(block.most(facts), block.newest, block) for block in blocks]
    found.sort(key=_PROMISE, reverse=True)
    return found


def _collect(block: Block, facts: Facts, found: list[Match]) -> None:
    """The matches of a block, newest first."""
    part: list[Match] = []
    block.collect(facts, part)
    part.sort(key=NEWNESS, reverse=True)
    found += part
