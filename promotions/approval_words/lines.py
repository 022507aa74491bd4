"""What one sentence about a difference is made of, and how a difference reads that nobody has words for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.text import Truncator

from approvals.codec import canonical
from core import words

type Content = Mapping[str, Any]

NONE: Final = "none"
_LONGEST: Final = 300
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {}, False)


class Missing:
    """Nothing stands there; `None` is a value."""


MISSING: Final = Missing()


@dataclass(frozen=True, kw_only=True)
class Telling:
    """How it is told. `known` calls ids by their names; `is_new`: there was nothing before, so that no
    sentence says what was.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    is_new: bool = False

    def becomes(self, before: str, after: str) -> str:
        """20 % off the order becomes 25 % off the order"""
        return after if self.is_new else f"{before or NONE} becomes {after or NONE}"


@dataclass(frozen=True, kw_only=True)
class Line:
    """`Discount: 20 % becomes 25 %`; without a label a sentence that begins with its verb: `Is deleted`."""

    text: str
    label: str = ""

    def alone(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text

    def about(self, subject: str) -> str:
        """Tier “Gold”, discount: 20 % becomes 25 %; Tier “Gold” is switched off"""
        return (
            f"{subject}, {lower(self.label)}: {self.text}" if self.label else f"{subject} {lower(self.text)}"
        )

    def inside(self) -> str:
        """As a part of a longer sentence: place 1"""
        return f"{lower(self.label)} {self.text}" if self.label else lower(self.text)


def differ(before: Any, after: Any) -> bool:
    """Whether an approval tells them apart: True is not 1, and 1 is not 1.0."""
    if before is MISSING or after is MISSING:
        return before is not after
    return canonical(before) != canonical(after)


def raw(label: str, before: Any, after: Any, telling: Telling) -> list[Line]:
    """Every place that differs, by its name in the content; of something new only what says anything."""
    return list(_raw(label, before, after, telling))


def _raw(label: str, before: Any, after: Any, telling: Telling) -> Iterator[Line]:
    if not differ(before, after) or (telling.is_new and after in _EMPTY):
        return
    sides = [{} if one is MISSING else one for one in (before, after)]
    if all(isinstance(one, Mapping) for one in sides) and any(sides):
        for key in dict.fromkeys((*sides[1], *sides[0])):
            was, will = (one.get(key, MISSING) for one in sides)
            yield from _raw(f"{label} › {spelled(str(key))}", was, will, telling)
        return
    was, will = _shown(before), _shown(after)
    if was == will:
        was, will = _written(before), _written(after)
    yield Line(label=label, text=telling.becomes(was, will))


def _shown(value: Any) -> str:
    return NONE if value is MISSING else Truncator(words.shown(value)).chars(_LONGEST)


def _written(value: Any) -> str:
    return NONE if value is MISSING else Truncator(canonical(value)).chars(_LONGEST)


def spelled(key: str) -> str:
    return key.replace("_", " ")


def lower(text: str) -> str:
    """The first letter small, unless a word of capitals begins there: SKU, VIP."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def quoted(name: Any) -> str:
    return f"“{name}”"
