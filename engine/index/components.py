"""What a bitmap can be about: a value of the request, compared in one way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Kind(StrEnum):
    """How the index compares."""

    WORDS = "words"
    """One of the words that are asked for is there."""
    NO_WORDS = "no words"
    """None of them is there."""
    AT_LEAST = "at least"
    AT_MOST = "at most"
    """Kept as "at least" of the negated number."""
    NEVER = "never"
    """Refused by facts of the candidate itself, unless the rule is left out."""


ENOUGH = "enough"
"""`property` of the component whose words say how much of an article is there; see `amounts`."""


@dataclass(frozen=True, eq=False, slots=True)
class Component:
    """Compared by identity: made by `component` only.

    `name` is that of the rule, "" for what no caller can leave out. `property` is the key of metadata, or
    which articles are named (values of `ItemObject`).
    """

    kind: Kind
    name: str
    property: str | None


@cache
def component(kind: Kind, name: str, property: str | None = None) -> Component:
    """The one component of these values."""
    return Component(kind, name, property)


type Value = tuple[str, ...] | int
"""What a candidate asks for: words, or a threshold (of AT_MOST the negated one)."""

type Clause = tuple[tuple[Component, Value], ...]
"""One of these must hold."""

type FamilyKey = tuple[tuple[Component, ...], int]
"""The components of a clause, and a number, where a candidate asks for the same twice."""

STARTS = component(Kind.AT_LEAST, "", "starts_at")
ENDS = component(Kind.AT_MOST, "", "ends_at")


def merged(clause: Clause) -> Clause:
    """Of one component either value is enough: all the words, or the lower threshold."""
    found: dict[Component, Value] = {}
    for one, value in clause:
        other = found.get(one)
        if isinstance(value, tuple) and isinstance(other, tuple):
            value = tuple(dict.fromkeys((*other, *value)))
        elif isinstance(value, int) and isinstance(other, int):
            value = min(value, other)
        found[one] = value
    if len(found) == 1:
        return tuple(found.items())
    return tuple(sorted(found.items(), key=lambda item: (item[0].name, item[0].kind, item[0].property or "")))
