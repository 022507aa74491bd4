"""How large the parts of an order are that a discount can be about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from engine.index.contents import Contents


class Extent(NamedTuple):
    """The value, the lines and the units of a part: each the most that any such part has."""

    value: int
    lines: int
    units: int


def of(contents: Contents) -> Mapping[str, Extent]:
    """By the values of `bounds.Over`; of a plain order.

    A pair of words is at most what the two largest different sets of lines are together.
    """
    kinds = contents.places.values()
    parts = [_extent(contents, at) for at in {tuple(at) for kind in kinds for at in kind.values()}]
    every = _extent(contents, range(len(contents.lines)))
    word = Extent(*(max(figures) for figures in zip(*parts, strict=True))) if parts else Extent(0, 0, 0)
    pair = Extent(*(sum(sorted(figures)[-2:]) for figures in zip(*parts, strict=True))) if parts else word
    return {"order": Extent(contents.payable, 1, every.units), "lines": every, "word": word, "pair": pair}


def _extent(contents: Contents, places: Iterable[int]) -> Extent:
    value = lines = units = 0
    for place in places:
        value += contents.values[place]
        units += contents.quantities[place]
        lines += 1
    return Extent(value, lines, units)
