"""Whether stages can be passed at all: everybody says yes once, so each yes needs a person of its own.

No database here.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Post:
    """One stage with the keys of those who may decide there."""

    name: str
    needed: int
    people: Set[int]


def unfilled(posts: Sequence[Post]) -> Post | None:
    """The first stage for which no people are left, however the others are given out; None: all can pass.

    unfilled([1 of {a}, 1 of {a, b}]) -> None; unfilled([1 of {a}, 1 of {a}]) -> the second
    """
    slots = [post for post in posts for _ in range(post.needed)]
    holder: dict[int, int] = {}

    def place(slot: int, asked: set[int]) -> bool:
        for person in sorted(slots[slot].people):
            if person in asked:
                continue
            asked.add(person)
            if person not in holder or place(holder[person], asked):
                holder[person] = slot
                return True
        return False

    return next((post for slot, post in enumerate(slots) if not place(slot, set())), None)
