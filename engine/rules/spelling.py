"""Names that look like one that is not known, for messages."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

_LONGEST = 200
_LEAST = Fraction(1, 2)
_MOST = 3


def close(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most three of `known` that share half of their letter pairs with `name`, nearest first."""
    wanted = _pairs(name[:_LONGEST].lower())
    scored = [(_likeness(wanted, _pairs(other.lower())), other) for other in known]
    near = sorted((-score, other) for score, other in scored if score >= _LEAST)
    return tuple(other for _, other in near[:_MOST])


def hint(name: str, known: Iterable[str]) -> str:
    """The end of a message: what may have been meant; "" when nothing is near."""
    found = close(name, known)
    return f"; did you mean {', '.join(found)}?" if found else ""


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[index : index + 2] for index in range(len(text) - 1))


def _likeness(left: frozenset[str], right: frozenset[str]) -> Fraction:
    both = len(left) + len(right)
    return Fraction(2 * len(left & right), both) if both else Fraction(0)
