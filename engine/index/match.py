"""What the index answers."""

from __future__ import annotations

from typing import NamedTuple


class Match(NamedTuple):
    """A candidate that applies: key, what it takes off this order on its own, rank (bigger = newer)."""

    key: int
    worth: int
    rank: int


def newest_first(match: Match) -> tuple[int, int]:
    """Sort key; of equal ranks the larger key counts as newer."""
    return (-match.rank, -match.key)


def dearest_first(match: Match) -> tuple[int, int, int]:
    """Sort key: the biggest worth, then the newest."""
    return (-match.worth, -match.rank, -match.key)
