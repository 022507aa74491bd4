"""Where every key stands: two sorted columns, sixteen bytes a key. Used under the writer's lock only."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping


class Directory:
    """key -> rank."""

    def __init__(self) -> None:
        self._keys = array("q")
        self._ranks = array("q")

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, key: int) -> int | None:
        at = bisect_left(self._keys, key)
        return self._ranks[at] if at < len(self._keys) and self._keys[at] == key else None

    def put(self, key: int, rank: int) -> None:
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            self._ranks[at] = rank
        else:
            self._keys.insert(at, key)
            self._ranks.insert(at, rank)

    def remove(self, key: int) -> None:
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            del self._keys[at]
            del self._ranks[at]

    def update(self, ranks: Mapping[int, int]) -> None:
        """Many at once."""
        merged = {**dict(self), **ranks}
        ordered = sorted(merged)
        self._keys = array("q", ordered)
        self._ranks = array("q", [merged[key] for key in ordered])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._keys, self._ranks, strict=True)
