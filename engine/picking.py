"""Which lines and units inside an entry: sorting, skip and repeat, by arithmetic. Contract: 5.4.

A line of ten thousand units costs what a line of one costs: its picked units are one arithmetic progression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.applicability import Entry, Pick, Target
from engine.basket import LineState

_SORTED_DOWN = (Pick.MOST_EXPENSIVE, Pick.FROM_MOST_EXPENSIVE)
_FIRST_ONLY = (Pick.CHEAPEST, Pick.MOST_EXPENSIVE)


@dataclass(slots=True)
class Picked:
    """`units` of line `index`: the unit numbers `first`, `first + step`, ... (from 1)."""

    index: int
    units: int
    first: int = 1
    step: int = 1


def pick(entry: Entry, indices: Sequence[int], lines: Sequence[LineState]) -> list[Picked]:
    """The picked units of `lines[i]` for i in `indices`, in application order.

    Lines without a pick are left out.
    10 units, skip 1, repeat 3 -> units 2, 5, 8.
    """
    ordered = _ordered(entry, indices, lines)
    if entry.target is Target.ITEM:
        if entry.pick in _FIRST_ONLY:
            ordered = ordered[entry.skip_initially : entry.skip_initially + 1]
        elif entry.skip_initially or entry.repeat > 1:
            ordered = ordered[entry.skip_initially :: max(1, entry.repeat)]
        return [Picked(index, lines[index].quantity) for index in ordered if lines[index].quantity]
    return _units(entry, ordered, lines)


def _ordered(entry: Entry, indices: Sequence[int], lines: Sequence[LineState]) -> Sequence[int]:
    """Request order, or by unit price; sorted() keeps the request order of equal prices."""
    if entry.pick is Pick.EVERY:
        return indices
    return sorted(indices, key=lambda index: unit_price(lines[index]), reverse=entry.pick in _SORTED_DOWN)


def unit_price(line: LineState) -> int | Fraction:
    """The price of one unit; a line that only has an amount costs its share of it, one without either 0."""
    if line.price is not None:
        return line.price
    return Fraction(line.amount, line.quantity) if line.amount and line.quantity else 0


def _units(entry: Entry, ordered: Sequence[int], lines: Sequence[LineState]) -> list[Picked]:
    step = max(1, entry.repeat)
    wanted = entry.skip_initially  # position of the next unit to pick, over all units of the entry
    start = 0  # position of the first unit of the line
    found = []
    for index in ordered:
        quantity = lines[index].quantity
        if wanted < start + quantity:
            offset = wanted - start
            if entry.pick in _FIRST_ONLY:
                return [Picked(index=index, units=1, first=offset + 1, step=step)]
            units = (quantity - 1 - offset) // step + 1
            found.append(Picked(index=index, units=units, first=offset + 1, step=step))
            wanted += units * step
        start += quantity
    return found
