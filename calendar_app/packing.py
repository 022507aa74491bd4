"""Bars of a lane into rows, so that none lies over another. Pure: no database.

What changes in the time that is shown comes before what runs through all of it: when there is no room for
all, the first rows say what is worth looking at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Block:
    """Something that takes `height` rows under each other from `left` to `right`, both in the same unit."""

    key: str
    left: int
    right: int
    height: int = 1


@dataclass(kw_only=True)
class Packed:
    """`rows`: key -> its first row, 0 is on top. `left_over`: what had no room, in order."""

    rows: dict[str, int] = field(default_factory=dict)
    left_over: list[str] = field(default_factory=list)
    height: int = 0


def pack(blocks: Iterable[Block], *, most_rows: int) -> Packed:
    """Each block in the first row where it fits. One that is higher than all rows together has them alone.

    pack([a 0-5, b 3-9, c 6-9]) -> a: 0, b: 1, c: 0
    """
    packed = Packed()
    taken: list[list[tuple[int, int]]] = []
    for block in blocks:
        row = _first_free(taken, block, most_rows)
        if row is None:
            packed.left_over.append(block.key)
            continue
        while len(taken) < row + block.height:
            taken.append([])
        for number in range(row, row + block.height):
            taken[number].append((block.left, block.right))
        packed.rows[block.key] = row
    packed.height = len(taken)
    return packed


def _first_free(taken: list[list[tuple[int, int]]], block: Block, most_rows: int) -> int | None:
    last = max(most_rows - block.height, 0)
    for row in range(last + 1):
        below = taken[row : row + block.height]
        if all(_is_free(spans, block) for spans in below):
            return row
    return None


def _is_free(spans: list[tuple[int, int]], block: Block) -> bool:
    return all(right <= block.left or block.right <= left for left, right in spans)
