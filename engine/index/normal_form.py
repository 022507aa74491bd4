"""A logic as alternatives that must all hold: "1 and (2 or 3)" -> [[1], [2, 3]]."""

from __future__ import annotations

from itertools import product
from typing import Final

from engine.rules.tree import All, Leaf, Logic

WIDEST: Final = 16
"""More clauses than this are not worth their bitmaps."""


def clauses(logic: Logic) -> list[tuple[str, ...]] | None:
    """Each of them needs one of its keys; None when there would be too many.

    An empty clause never holds; without clauses the whole always does.
    """
    if isinstance(logic, Leaf):
        return [(logic.key,)]
    parts = [clauses(part) for part in logic.of]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    if isinstance(logic, All):
        found = [clause for part in known for clause in part]
        return found if len(found) <= WIDEST else None
    size = 1
    for part in known:
        size *= len(part)
    if size > WIDEST:
        return None
    return [tuple(dict.fromkeys(key for clause in one for key in clause)) for one in product(*known)]
