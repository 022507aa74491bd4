"""Sets of slots as Python integers: bit n is set when slot n is in the set.

One `&` of two sets of a block costs some dozens of nanoseconds and needs no library.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

CAPACITY: Final = 4096
"""Slots of the largest block there can be."""

MASK: Final = tuple(1 << slot for slot in range(CAPACITY))
"""The set with one slot, by slot; shifting anew would cost more than the lookup."""

SLOT: Final = tuple(range(CAPACITY))
"""The numbers themselves, shared: a number of its own in every set would weigh more than the set."""

SINGLE: Final = tuple(~slot for slot in range(CAPACITY))
"""How a set with one slot is kept where most sets have one: negative, and shared by all of them."""


def slots(bits: int) -> Iterator[int]:
    """The slots of a set, highest first."""
    while bits:
        slot = bits.bit_length() - 1
        bits ^= MASK[slot]
        yield slot
