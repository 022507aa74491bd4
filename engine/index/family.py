"""The slots of a block that ask about the same value of a request, and which of them get what they want."""

from __future__ import annotations

from typing import Self

from engine.index.bits import MASK, slots
from engine.index.components import Component, FamilyKey, Kind, Value
from engine.index.facts import Facts
from engine.index.postings import Postings
from engine.index.thresholds import Thresholds

type Part = Postings | Thresholds


class Family:
    """`bound` is the set of slots that ask; each of them needs a hit of one of the parts."""

    __slots__ = ("bound", "components", "is_negative", "pairs", "parts")

    def __init__(self, components: tuple[Component, ...], parts: tuple[Part, ...], bound: int) -> None:
        self.components = components
        self.parts = parts
        self.bound = bound
        self.pairs = tuple(zip(components, parts, strict=True))
        self.is_negative = components[0].kind is Kind.NO_WORDS

    @classmethod
    def empty(cls, key: FamilyKey) -> Self:
        components, _ = key
        numeric = (Kind.AT_LEAST, Kind.AT_MOST)
        parts = tuple(Thresholds() if one.kind in numeric else Postings() for one in components)
        return cls(components, parts, 0)

    def add(self, values: tuple[Value, ...], slot: int) -> None:
        self.bound |= MASK[slot]
        for part, value in zip(self.parts, values, strict=True):
            part.add(value, slot)  # type: ignore[arg-type]  # words go with postings, numbers with thresholds

    def remove(self, slot: int) -> None:
        if self.bound & MASK[slot]:
            self.bound ^= MASK[slot]
            for part in self.parts:
                part.remove(slot)

    def copy(self) -> Self:
        return type(self)(self.components, tuple(part.copy() for part in self.parts), self.bound)

    def seal(self) -> None:
        for part in self.parts:
            part.seal()

    @property
    def is_simple(self) -> bool:
        """One component, which must be there."""
        return len(self.pairs) == 1 and not self.is_negative

    def rest_of(self) -> tuple[bool, int]:
        """Sort key: those that leave least come first, which are words that must be there."""
        return (self.components[0].kind is not Kind.WORDS, -self.bound.bit_count())

    def barred(self, facts: Facts) -> int:
        """The set of slots whose wish the request does not meet."""
        omit, values = facts.omit, facts.values
        hits = 0
        for component, part in self.pairs:
            if omit and component.name in omit:
                return 0
            hits |= part.hits(values[component])
        return hits & self.bound if self.is_negative else self.bound & ~hits

    def values(self) -> dict[int, tuple[Value, ...]]:
        """What every slot asks for, part by part."""
        found: dict[int, list[Value]] = {slot: [() for _ in self.parts] for slot in slots(self.bound)}
        for number, part in enumerate(self.parts):
            for slot, value in part.values().items():
                found[slot][number] = value
        return {slot: tuple(values) for slot, values in found.items()}
