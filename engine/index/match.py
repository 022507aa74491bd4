"""What the index answers."""

from __future__ import annotations

from operator import itemgetter
from typing import Final, NamedTuple


class Match(NamedTuple):
    """A candidate that applies: key, what it takes off this order on its own, rank (bigger = newer)."""

    key: int
    worth: int
    rank: int


NEWNESS: Final = itemgetter(2, 0)
"""Sort key, the newest is the largest; of equal ranks the larger key counts as newer."""

PRICE: Final = itemgetter(1, 2, 0)
"""Sort key: the biggest worth, then the newest."""
