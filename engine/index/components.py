"""What a bitmap can be about: a value of the request, compared in one way."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How the index compares."""

    WORDS = "words"
    """One of the words that are asked for is there."""
    NO_WORDS = "no words"
    """None of them is there."""
    AT_LEAST = "at least"
    AT_MOST = "at most"
    NEVER = "never"
    """Refused by facts of the candidate itself, unless the rule is left out."""


class Component(NamedTuple):
    """`name` is that of the rule, "" for what no caller can leave out; `property` for metadata."""

    kind: Kind
    name: str
    property: str | None = None


type Value = tuple[str, ...] | int
"""What a candidate asks for: words, or a threshold (of AT_MOST the negated one)."""

type FamilyKey = tuple[tuple[Component, ...], int]
"""Components of which one must hold, and a number, where a candidate asks for the same twice."""

type Clause = tuple[tuple[Component, Value], ...]
"""One of these must hold."""

STARTS = Component(Kind.AT_LEAST, "", "starts_at")
ENDS = Component(Kind.AT_MOST, "", "ends_at")
