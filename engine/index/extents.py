"""How large the parts of an order are that a discount can be about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.index.facts import Facts


class Extent(NamedTuple):
    """The value, the lines and the units of a part: each the most that any such part has."""

    value: int
    lines: int
    units: int


def of(facts: Facts) -> Mapping[str, Extent]:
    """By the values of `bounds.Over`; of a plain order.

    A pair of words is at most what the two largest different sets of lines are together.
    """
    parts = [_extent(facts, places) for places in {tuple(places) for places in facts.lines_of.values()}]
    every = _extent(facts, range(len(facts.lines)))
    word = Extent(*(max(figures) for figures in zip(*parts, strict=True))) if parts else Extent(0, 0, 0)
    pair = Extent(*(sum(sorted(figures)[-2:]) for figures in zip(*parts, strict=True))) if parts else word
    return {"order": Extent(facts.payable, 1, every.units), "lines": every, "word": word, "pair": pair}


def _extent(facts: Facts, places: Iterable[int]) -> Extent:
    value = lines = units = 0
    for place in places:
        value += facts.line_values[place] or 0
        units += facts.lines[place].quantity
        lines += 1
    return Extent(value, lines, units)
